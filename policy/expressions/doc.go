// Package expressions evaluates the CEL of rules as the API server would, with
// the API server's own compiler and libraries, and with a third verdict for what
// is not known yet.
//
// # One rule, two gates
//
// The same text is compiled here and by the cluster. What differs is the object:
// the API server fills in defaults before it asks a policy. So does
// [Object], for the defaults that a rule can notice.
//
// # What is not known yet
//
// CEL's own unknowns give wrong answers: has() of an unknown is true, and so is
// the comparison of two. Here an unknown is an error that names its path. The
// logical operators and the macros over lists absorb an error where the rest
// decides, as they do with any; every other operation passes it on. A list or map
// with an unknown somewhere inside is of a type of its own, which answers only
// what does not depend on the unknown; functions that would look inside without
// noticing are kept from it. Both cost time, and only objects with an unknown pay.
package expressions
