package rule

// Truth is the answer to a question about a resource: true, false, or
// undecided because a value the answer needs is not known yet. The zero value
// is undecided, so a forgotten answer never raises an alarm.
type Truth struct {
	state truthState
	// needs is the path of the first unknown value the answer depends on.
	needs string
}

type truthState int8

const (
	undecided truthState = iota
	isTrue
	isFalse
)

// True is a decided yes.
func True() Truth { return Truth{state: isTrue} }

// False is a decided no.
func False() Truth { return Truth{state: isFalse} }

// Undecided is an answer that needs the value at path, which is not known yet.
func Undecided(path string) Truth { return Truth{needs: path} }

// Known turns a boolean computed from known values into a Truth.
func Known(b bool) Truth {
	if b {
		return True()
	}
	return False()
}

// IsTrue says whether the answer is a decided yes.
func (t Truth) IsTrue() bool { return t.state == isTrue }

// IsFalse says whether the answer is a decided no. It is not the opposite of
// [Truth.IsTrue]: an undecided answer is neither.
func (t Truth) IsFalse() bool { return t.state == isFalse }

// Needs is the path of the unknown value that keeps the answer undecided, or
// "" for a decided answer.
func (t Truth) Needs() string { return t.needs }

// Not is the opposite answer; undecided stays undecided.
func (t Truth) Not() Truth {
	switch t.state {
	case isTrue:
		return False()
	case isFalse:
		return True()
	default:
		return t
	}
}

// And is true when t and all others are. One decided no makes it false,
// whatever is still unknown.
func (t Truth) And(others ...Truth) Truth {
	result := t
	for _, o := range others {
		switch {
		case result.state == isFalse || o.state == isFalse:
			result = False()
		case result.state == isTrue:
			result = o
		}
	}
	return result
}

// Or is true when t or any other is. One decided yes makes it true, whatever
// is still unknown.
func (t Truth) Or(others ...Truth) Truth {
	result := t
	for _, o := range others {
		switch {
		case result.state == isTrue || o.state == isTrue:
			result = True()
		case result.state == isFalse:
			result = o
		}
	}
	return result
}

// String is "true", "false" or "undecided (needs PATH)".
func (t Truth) String() string {
	switch t.state {
	case isTrue:
		return "true"
	case isFalse:
		return "false"
	default:
		return "undecided (needs " + t.needs + ")"
	}
}
