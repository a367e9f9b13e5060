// Package exitcode names the exit codes of the sandbox, by which scripts tell its results apart.
package exitcode

import "errors"

// The exit codes. Make turns each of them but OK into its own 2, so scripts call the launcher itself.
const (
	OK     = 0 // done, and nothing to report
	Failed = 1 // the engine, a tool or the machine failed
	Usage  = 2 // wrong use, or a configuration with mistakes
	Drift  = 3 // the stack differs from its last update
	Policy = 4 // a mandatory policy was violated
)

// Error carries the exit code that its error ends the program with.
type Error struct {
	Code int
	Err  error
}

// Error returns the message of the error it carries.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the error it carries.
func (e *Error) Unwrap() error { return e.Err }

// With gives an error its exit code. No error stays none.
func With(code int, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Code: code, Err: err}
}

// Of returns the exit code for an error: the one it carries, Failed for any other, OK for none.
func Of(err error) int {
	var coded *Error
	switch {
	case err == nil:
		return OK
	case errors.As(err, &coded):
		return coded.Code
	default:
		return Failed
	}
}
