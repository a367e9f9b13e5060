// Package rule says what a policy rule is. It knows no particular rule and no
// protocol: package rules is written with it, package crossguard serves it.
//
// # A rule
//
// A [Rule] is data (id, severity, what it looks at, why, how to fix it, which
// controls it answers to, which settings it has) plus one [Check]: a function
// over one resource, or over a whole stack. How a rule decides is a value of
// an interface, so that an expression language can become another kind of
// check without a change to the rules that exist.
//
// # What is not known yet
//
// At preview many values are not known: an ARN, an address, anything a cloud
// computes. A rule must neither pass nor fail on a guess, so there are no
// booleans between a [Value] and a verdict: every question to a Value answers
// with a [Truth] that is true, false or undecided, and [Inquiry.Require]
// reports nothing unless the answer is false. What stays undecided is named, by
// the path of the unknown value, and is decided at the update.
//
// # Secrets
//
// A rule sees through a secret, for a rule about a secret's form must be able
// to judge it. A Value remembers that it is secret and prints as "[secret]";
// as a second line of defence every message is searched for the secret strings
// of the resource before it leaves this package.
package rule
