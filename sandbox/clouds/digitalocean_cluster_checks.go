package clouds

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"time"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

// doStart is the form of a maintenance window's start, an hour in UTC.
var doStart = regexp.MustCompile(`^([01]?\d|2[0-3]):00$`)

func doCheckCluster(o props.Object) []Failure {
	var f []Failure
	day := strings.ToLower(props.Str(o, "maintenancePolicy.day"))
	f = append(f, oneOf(props.Object{"maintenancePolicy": props.Object{"day": day}}, "maintenancePolicy.day",
		"any", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")...)
	if s := props.Str(o, "maintenancePolicy.startTime"); s != "" && !doStart.MatchString(s) {
		f = append(f, Failure{"maintenancePolicy.startTime", fmt.Sprintf("%q is no full hour such as 04:00", s)})
	}
	if props.Bool(o, "controlPlaneFirewall.enabled") && len(props.List(o, "controlPlaneFirewall.allowedAddresses")) == 0 && !props.HasUnknown(o["controlPlaneFirewall"]) {
		f = append(f, Failure{"controlPlaneFirewall.allowedAddresses", "a firewall that is on needs allowedAddresses, or nobody reaches the control plane"})
	}
	for i, a := range props.StrList(o, "controlPlaneFirewall.allowedAddresses") {
		_, err := netip.ParseAddr(a)
		if r := prefix(a); err != nil && (!r.IsValid() || r.Masked() != r) {
			f = append(f, Failure{props.Index("controlPlaneFirewall.allowedAddresses", i), fmt.Sprintf("%q is neither an address nor a range", a)})
		}
	}
	// github.com/kubernetes/autoscaler, cluster-autoscaler/FAQ.md, and docs.digitalocean.com/products/kubernetes/how-to/autoscale.
	for i, c := range props.Objects(o, "clusterAutoscalerConfigurations") {
		at := props.Index("clusterAutoscalerConfigurations", i)
		if v, ok := c["scaleDownUtilizationThreshold"].(float64); ok && (v < 0 || v > 1) {
			f = append(f, Failure{at + ".scaleDownUtilizationThreshold", fmt.Sprintf("%v is no share between 0 and 1", v)})
		}
		if s := props.Str(c, "scaleDownUnneededTime"); s != "" {
			if _, err := time.ParseDuration(s); err != nil {
				f = append(f, Failure{at + ".scaleDownUnneededTime", fmt.Sprintf("%q is no duration such as 10m", s)})
			}
		}
		for j := range props.List(c, "expanders") {
			f = append(f, oneOf(o, props.Index(at+".expanders", j), "random", "least-waste", "priority")...)
		}
	}
	return append(f, doCheckTags(o, "tags")...)
}
