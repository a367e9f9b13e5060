package charts

// Pin is one chart at one version.
type Pin struct {
	// Name of the chart.
	Name string
	// Repository it is in: an https:// Helm repository, or the oci:// folder.
	Repository string
	// Version of the chart, and App of what it installs.
	Version, App string
	// License of what it installs, as an SPDX identifier.
	License string
	// CRDs says what of the chart's custom resource definitions is installed.
	CRDs string
	// Needs it for.
	Needs string
}

// The pins, one table for the whole platform. docs/charts.md is generated from it.
var (
	// KarpenterCRD installs Karpenter's custom resource definitions.
	KarpenterCRD = Pin{
		Name: "karpenter-crd", Repository: "oci://public.ecr.aws/karpenter", Version: "1.13.0", App: "1.13.0", License: "Apache-2.0",
		CRDs: "its only content", Needs: "a chart of their own lets them be upgraded: Helm never changes CRDs a chart brings beside its templates",
	}
	// Karpenter adds and removes nodes of EKS clusters.
	Karpenter = Pin{
		Name: "karpenter", Repository: "oci://public.ecr.aws/karpenter", Version: "1.13.0", App: "1.13.0", License: "Apache-2.0",
		CRDs: "none: karpenter-crd brings them", Needs: "nodes of EKS clusters follow the pods that wait",
	}
)

// Pins lists all of them.
var Pins = []Pin{KarpenterCRD, Karpenter}
