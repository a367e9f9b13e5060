// Package admission makes the second gate of the rules over Kubernetes objects:
// ValidatingAdmissionPolicies and their bindings, as plain data. The text of a
// rule is the one that the policy pack evaluates at preview; here the cluster's
// own API server evaluates it, for whoever makes an object and by whatever tool.
//
// # Few objects
//
// A stack has several clusters, and each object costs time at every preview. So
// rules do not have a policy each: those that look into the same area of the API
// and have the same consequence share one, with a validation for each validation
// of a rule. A rule that looks at some kinds of its area only says so in its
// validation.
//
// # Exemptions
//
// An exemption of a namespace is a label on it, [ExemptionLabel] of the rule with
// the last day as its value, beside an annotation of the same name with the owner
// and the reason. The API server compares the day with that on which an object was
// made, so an exemption ends by itself. Only who may change the policies may set
// the label. An exemption of an object that is in no namespace stands in the
// policy itself.
//
// # What passes unseen
//
// Objects that are being deleted, or the last finalizer could not be removed;
// updates that change nothing a rule could look at, as controllers make them all
// the time; the namespaces of the cluster itself; and what the control plane
// itself writes, other than pods. Subresources are not looked at, for they are
// objects of other kinds (a Scale) or what controllers report (a status), except
// those that change the containers of a pod.
package admission
