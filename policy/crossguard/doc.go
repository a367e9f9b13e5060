// Package crossguard serves policy rules to the Pulumi engine over the analyzer
// protocol. It knows what a rule is (package rule), and no particular rule.
//
// # How the engine uses it
//
// The engine starts the pack as a process, reads a port from its first line of
// output, and calls Handshake, ConfigureStack (what stack it is, its
// configuration, whether this is a preview), GetAnalyzerInfo and Configure.
// Then, for each resource, Remediate and Analyze with the inputs; at the end
// AnalyzeStack with the outputs of all. A resource is decoded once per call and
// handed to the rules that look at its type, which are looked up once per type.
//
// # Levels
//
// A rule's enforcement level is the first that is set of: the rule's own entry
// in the configuration, the entry "all", the pack's initial configuration
// (again the rule's entry before "all"), the rule, the pack. This is the order
// of Pulumi's own SDK for Node.
//
// # What cannot be decided
//
// A rule that needs a value that is not known yet reports nothing; the engine
// is told that the rule did not apply, with the path of the value as the
// reason, so that no summary counts it as passed.
package crossguard
