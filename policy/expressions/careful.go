package expressions

import (
	"fmt"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// program computes a value with the names of a scope. It is the careful twin of
// the API server's program for the same checked expression: functions are the
// same, and only what can look past an unknown (operators, selections, loops) is
// done here.
type program func(scope) value

// scope has the names an expression may use.
type scope interface {
	lookup(name string) value
}

// planner makes programs of one checked expression.
type planner struct {
	*dialect
	checked *ast.AST
	err     error
}

// carefully makes the careful program of a checked expression.
func (d *dialect) carefully(checked *ast.AST) (program, error) {
	p := &planner{dialect: d, checked: checked}
	made := p.plan(checked.Expr(), false)
	return made, p.err
}

// tellingly makes the program of a message. It is as careful about what it accuses
// of, but leaves out what is not known instead of saying nothing.
func (d *dialect) tellingly(checked *ast.AST) (program, error) {
	p := &planner{dialect: d, checked: checked}
	made := p.plan(checked.Expr(), true)
	return made, p.err
}

// plan makes the program of one part of the expression. A telling part is one that
// only adds to the text of a message; conditions are never telling.
func (p *planner) plan(e ast.Expr, telling bool) program {
	switch e.Kind() {
	case ast.LiteralKind:
		return constant(e.AsLiteral())
	case ast.IdentKind:
		return p.ident(e, e.AsIdent())
	case ast.SelectKind:
		return p.selection(e)
	case ast.CallKind:
		return p.call(e, telling)
	case ast.ListKind:
		return p.list(e, telling)
	case ast.MapKind:
		return p.newMap(e)
	case ast.ComprehensionKind:
		return p.loop(e, telling)
	default:
		return p.refuse("an object is constructed, for which the platform's rules have no use")
	}
}

func (p *planner) refuse(format string, args ...any) program {
	if p.err == nil {
		p.err = fmt.Errorf(format, args...)
	}
	return constant(types.False)
}

func constant(v ref.Val) program { return func(scope) value { return v } }

func (p *planner) ident(e ast.Expr, name string) program {
	if to, ok := p.checked.ReferenceMap()[e.ID()]; ok {
		if to.Value != nil {
			return constant(to.Value)
		}
		name = to.Name
	}
	if p.checked.GetType(e.ID()).Kind() == types.TypeKind {
		t, found := p.types.FindIdent(name)
		if !found {
			return p.refuse("there is no type %s", name)
		}
		return constant(t)
	}
	return func(s scope) value { return s.lookup(name) }
}

func (p *planner) selection(e ast.Expr) program {
	if to, ok := p.checked.ReferenceMap()[e.ID()]; ok {
		return p.ident(e, to.Name)
	}
	sel := e.AsSelect()
	way := p.selector(types.String(sel.FieldName()), false)
	way.test = sel.IsTestOnly()
	operand := p.plan(sel.Operand(), false)
	return func(s scope) value { return way.from(operand(s)) }
}

func (p *planner) call(e ast.Expr, telling bool) program {
	call := e.AsCall()
	name := call.FunctionName()
	exprs := call.Args()
	if call.IsMemberFunction() {
		exprs = append([]ast.Expr{call.Target()}, exprs...)
	}
	args := make([]program, len(exprs))
	for i, arg := range exprs {
		args[i] = p.plan(arg, telling && tells(name, i))
	}
	switch name {
	case operators.LogicalAnd:
		return decide(args, types.False)
	case operators.LogicalOr:
		return decide(args, types.True)
	case operators.Conditional:
		return choose(args[0], args[1], args[2])
	case operators.Equals, operators.NotEquals:
		return p.compare(args[0], args[1], name == operators.NotEquals)
	case operators.Index, operators.OptIndex, operators.OptSelect:
		return p.index(args[0], args[1], name != operators.Index)
	case operators.NotStrictlyFalse:
		return notStrictlyFalse(args[0])
	case "orValue", "or":
		return otherwise(args[0], args[1], name == "orValue")
	}
	if name == "matches" && len(args) == 2 && exprs[1].Kind() == ast.LiteralKind {
		return p.function(e.ID(), name, args, telling, patterns(exprs[1].AsLiteral()))
	}
	return p.function(e.ID(), name, args, telling, nil)
}

// tells says which arguments of a function are part of a text when its result is.
func tells(function string, argument int) bool {
	switch function {
	case operators.Add, "join":
		return true
	case operators.Conditional:
		return argument > 0
	default:
		return false
	}
}

// decide is a logical operator: one decisive term decides, whatever the others
// are.
func decide(terms []program, decisive types.Bool) program {
	return func(s scope) value {
		var open *unknown
		var failure ref.Val
		for _, term := range terms {
			switch v := opened(term(s)).(type) {
			case types.Bool:
				if v == decisive {
					return decisive
				}
			case *unknown:
				if open == nil {
					open = v
				}
			case *types.Err:
				if failure == nil {
					failure = v
				}
			default:
				if failure == nil {
					failure = types.NewErr("no such overload")
				}
			}
		}
		switch {
		case open != nil:
			// It may become decisive, and then the failure does not count.
			return open
		case failure != nil:
			return failure
		default:
			return !decisive
		}
	}
}

func choose(condition, yes, no program) program {
	return func(s scope) value {
		switch v := opened(condition(s)).(type) {
		case types.Bool:
			if v {
				return yes(s)
			}
			return no(s)
		case *unknown:
			return v
		case *types.Err:
			return v
		default:
			return types.NewErr("no such overload")
		}
	}
}

func (d *dialect) compare(left, right program, negated bool) program {
	return func(s scope) value {
		a, b := left(s), right(s)
		for _, v := range []value{a, b} {
			if failure, ok := v.(*types.Err); ok {
				return failure
			}
		}
		same := d.equal(a, b)
		if is, ok := same.(types.Bool); ok && negated {
			return !is
		}
		return same
	}
}

// notStrictlyFalse keeps loops going.
func notStrictlyFalse(arg program) program {
	return func(s scope) value {
		if v, ok := opened(arg(s)).(types.Bool); ok {
			return v
		}
		return types.True
	}
}

// otherwise takes a value from an optional, or else an alternative, which is not
// looked at before.
func otherwise(optional, alternative program, unwrap bool) program {
	return func(s scope) value {
		v := optional(s)
		inner, some, isOptional := insideOf(v)
		switch {
		case !isOptional:
			return v // a failure or an unknown
		case !some:
			return alternative(s)
		case vanishing(inner):
			// Whatever it is, only an empty map is the same as none.
			if alternative, ok := alternative(s).(traits.Mapper); ok && unwrap && alternative.Size() == types.IntZero {
				return inner
			}
			return lacking(inner)
		case unwrap:
			return inner
		default:
			return v
		}
	}
}
