package expressions

import (
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// loop is a macro over a list or map: all, exists, filter, map, and so on.
type loop struct {
	*dialect
	key, element, sum                string // names; without element key is all there is
	over, start, while, step, result program
	// gathers is set for a list that is part of a message: what is not known is
	// left out of it.
	gathers bool
}

func (p *planner) loop(e ast.Expr, telling bool) program {
	f := e.AsComprehension()
	l := &loop{
		dialect: p.dialect,
		key:     f.IterVar(), element: f.IterVar2(), sum: f.AccuVar(),
		over:    p.plan(f.IterRange(), telling),
		start:   p.plan(f.AccuInit(), telling),
		while:   p.plan(f.LoopCondition(), false),
		step:    p.plan(f.LoopStep(), telling),
		result:  p.plan(f.Result(), telling),
		gathers: telling && f.AccuInit().Kind() == ast.ListKind,
	}
	return l.run
}

// entry is one round of a loop.
type entry struct {
	key, element value
	// perhaps is the unknown that makes it open whether there is such a round at
	// all, or how many.
	perhaps *unknown
}

// frame has the names of a loop.
type frame struct {
	*loop
	up           scope
	entry        entry
	sum          value
	begun, ended bool
}

func (f *frame) lookup(name string) value {
	switch {
	case name == f.loop.sum:
		if !f.begun {
			// Not before it is used: cel.bind() must not fail for what it does not use.
			f.begun = true
			f.sum = f.start(f.up)
		}
		return f.sum
	case f.ended:
	case name == f.key:
		return f.entry.key
	case name == f.element && name != "":
		return f.entry.element
	}
	return f.up.lookup(name)
}

func (l *loop) run(s scope) value {
	entries, stop := l.entries(l.over(s))
	if stop != nil {
		if _, open := stop.(*unknown); !open || !l.gathers {
			return stop
		}
	}
	f := &frame{loop: l, up: s}
	for _, e := range entries {
		f.entry = e
		going := l.while(f)
		if first := lacking(going); first != nil {
			return first
		}
		if going == types.False {
			break
		}
		if e.perhaps == nil && !l.gathers {
			f.sum = l.step(f)
		} else {
			f.sum = l.perhaps(e, f.lookup(l.sum), l.step(f))
		}
		f.begun = true
	}
	f.ended = true
	return l.result(f)
}

// perhaps is the sum after a round that may not take place, or whose outcome may
// be left out.
func (l *loop) perhaps(e entry, before, after value) value {
	if e.perhaps != nil {
		a, known := before.(ref.Val)
		b, both := after.(ref.Val)
		if !known || !both || types.IsError(a) || types.IsError(b) || types.Equal(a, b) != types.True {
			after = e.perhaps
		}
	}
	if _, open := after.(*unknown); open && l.gathers {
		return before
	}
	return after
}

// entries are the rounds of a loop over a value, or what keeps it from beginning.
func (l *loop) entries(over value) (rounds []entry, stop value) {
	if elements, ok := elementsOf(over); ok {
		var moved *unknown // when it is open how many elements came before
		for i, e := range elements {
			r := entry{key: types.Int(i), element: e}
			if open, ok := e.(*segment); ok {
				r.element, r.perhaps, moved = open.of, open.of, open.of
			}
			if moved != nil {
				r.key = moved
			}
			if l.element == "" {
				r.key = r.element
			}
			rounds = append(rounds, r)
		}
		return rounds, nil
	}
	if keys, ok := keysOf(over); ok {
		for _, k := range keys {
			v, is := field(over, k)
			r := entry{key: k, element: v}
			if is == uncertain {
				r.perhaps = lacking(v)
			}
			rounds = append(rounds, r)
		}
		return rounds, nil
	}
	switch over := over.(type) {
	case *unknown:
		return nil, over
	case *types.Err:
		return nil, over
	default:
		return nil, types.NewErr("got '%T', expected iterable type", over)
	}
}
