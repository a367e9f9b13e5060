package expressions

import (
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/interpreter"

	"github.com/ai-now/platform/policy/rule"
)

type verdict int

const (
	keeps verdict = iota
	breaks
	undecidable
	fails
)

// answer is a verdict with what is wrong, the unknown value's path, or what the
// expression failed with.
type answer struct {
	verdict verdict
	text    string
}

// validation is a compiled rule.Validation. Its careful twin is for objects with
// unknown values and is made when the first one comes; what is wrong is compiled
// when something is.
type validation struct {
	source  rule.Validation
	dialect *dialect

	holds     interpreter.Interpretable
	carefully func() (program, error)
	otherwise func() (program, error)
}

func (v *validation) judge(o *object) answer {
	var result value
	if o.partial {
		careful, err := v.carefully()
		if err != nil {
			return answer{fails, err.Error()}
		}
		result = careful(o.names(v.dialect, false))
	} else {
		result = v.holds.Eval(o.activation(v.dialect))
	}
	switch r := result.(type) {
	case types.Bool:
		if r {
			return answer{verdict: keeps}
		}
		return answer{breaks, v.message(o)}
	case *unknown:
		return answer{undecidable, r.path}
	case *types.Err:
		if o.veiled != nil {
			// The library's reasons quote values.
			return answer{fails, "for a reason that may show a secret of the object"}
		}
		return answer{fails, r.Error()}
	default:
		return answer{fails, "the result is neither true nor false"}
	}
}

// message is what is wrong, as precisely as the known values allow.
func (v *validation) message(o *object) string {
	if v.source.Otherwise == "" {
		return v.source.Message
	}
	otherwise, err := v.otherwise()
	if err != nil {
		return v.source.Message
	}
	// By the careful program also when all is known: it goes through maps in a
	// fixed order, so that a message is the same at every preview.
	if text, ok := otherwise(o.names(v.dialect, true)).(types.String); ok && text != "" {
		return string(text)
	}
	return v.source.Message
}
