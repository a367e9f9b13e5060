// Package configuration is what users may say about the rules: a level and
// settings for each, a profile of such, and exemptions. It is read by both gates,
// the policy pack and the component that installs the rules in a cluster, so that
// they say the same; it knows no protocol and no particular rule.
//
// Layers go over each other, the last one wins: the rules' own levels, a profile,
// the value "policy" of the stack's configuration, the policy configuration file
// of the engine.
package configuration
