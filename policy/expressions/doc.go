// Package expressions evaluates the CEL of rules as the API server would, with
// the API server's own environment and libraries, and with a third verdict for
// what is not known yet.
//
// # One rule, two gates
//
// The same text is compiled here and by the cluster. What differs is the object:
// the API server decodes it into a type and fills in defaults before it asks a
// policy. So does [Object], for what a rule can notice.
//
// # What is known
//
// An object that is known as a whole is judged by the programs of cel-go that the
// API server runs, without what limits their cost there. A test compares the two
// for every case of every rule.
//
// # What is not known yet
//
// CEL's own unknowns give wrong answers: has() of an unknown is true, and so is
// the comparison of two. An object with an unknown is judged by a careful program
// of the same checked expression. Functions are the library's, called with what is
// known; an unknown goes through everything else as itself, and names its path.
// The logical operators decide when the rest does, and so do the loops over lists
// and maps, of which one element may be known and the next may not. An unknown may
// become anything, and a field may turn out not to be there: tests put every other
// value in its place.
//
// # Secrets and messages
//
// What is wrong is told by a careful program too. It names only what is decided,
// goes through maps in a fixed order, and has nothing to show of a secret: a value
// that is made from one is [secret] in a text.
package expressions
