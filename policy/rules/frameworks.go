package rules

import "github.com/ai-now/platform/policy/rules/controls"

// Short names for what nearly every rule of the clouds says.
var (
	cisKubernetes = controls.CISKubernetes
	cisEKS        = controls.CISEKS
	cisGKE        = controls.CISGKE
	gkeHardening  = controls.GKEHardening
	nsaHardening  = controls.NSAHardening

	cis     = controls.Control
	hub     = controls.Hub
	heading = controls.Heading
)
