package rules

import (
	"fmt"
	"regexp"

	"github.com/ai-now/platform/policy/rule"
)

// gcpZone is the form of a zone's name: its region, a hyphen and a letter.
var gcpZone = regexp.MustCompile(`^[a-z]+-[a-z]+[0-9]+-[a-z]$`)

func stackZones() *rule.Rule {
	least := 1.0
	return &rule.Rule{
		ID:           "stack-zone-spread",
		Title:        "Production clusters are spread over three zones",
		Severity:     rule.High,
		On:           rule.Target{Stack: true},
		Environments: production,
		Why: "A zone is what fails as one. With three, the control plane keeps its majority and the nodes " +
			"two thirds of their capacity when one is lost. DigitalOcean has no zones to choose: there, " +
			"doks-high-availability is the rule.",
		Fix: "EKS: give the cluster and its node groups subnets in three availability zones. GKE: set " +
			"location to a region, not a zone, and name three zones where nodeLocations is set.",
		Settings: []rule.Setting{{
			Name:        "zones",
			Type:        rule.Integer,
			Default:     3.0,
			Min:         &least,
			Description: "Zones a cluster must be spread over.",
		}},
		Check: rule.StackCheck(func(q *rule.Inquiry, s *rule.Stack) {
			wanted := q.Settings.Int("zones")
			for _, r := range s.Resources {
				switch r.Type {
				case eksCluster:
					requireSubnetZones(q, s, r.Get("vpcConfig", "subnetIds"), "vpcConfig", wanted)
				case eksNodeGroup:
					requireSubnetZones(q, s, r.Get("subnetIds"), "subnetIds", wanted)
				case gkeCluster, gkeNodePool:
					requireRegion(q, r, wanted)
				}
			}
		}),
	}
}

// requireSubnetZones counts the zones of the subnets a property names.
func requireSubnetZones(q *rule.Inquiry, s *rule.Stack, ids rule.Value, property string, wanted int) {
	subnets, complete := subnetsOf(s, ids, property)
	zones := map[string]bool{}
	for _, subnet := range subnets {
		zone := subnet.Get("availabilityZone")
		if text, ok := zone.Text(); ok {
			zones[text] = true
		} else {
			complete = rule.Undecided(subnet.Name + ": availabilityZone")
		}
	}
	// More subnets can only add zones: too few is decided when all are known.
	holds := rule.Known(len(zones) >= wanted).Or(complete.Not())
	q.Require(holds, ids, "%s in %s, %d are needed",
		plural(len(subnets), "subnet"), plural(len(zones), "availability zone"), wanted)
}

// subnetsOf finds the subnets in the stack that a property names, by the
// resources its value comes from or by id, and says whether those are all.
func subnetsOf(s *rule.Stack, ids rule.Value, property string) ([]*rule.Resource, rule.Truth) {
	var found []*rule.Resource
	for _, urn := range ids.Resource().DependsOn[property] {
		if r := s.Find(urn); r != nil && r.Type == awsSubnet {
			found = append(found, r)
		}
	}
	if len(found) > 0 {
		return found, rule.True()
	}
	if ids.IsUnknown() {
		return nil, ids.Present()
	}
	for _, id := range ids.Items() {
		for _, r := range s.Resources {
			if r.Type == awsSubnet && r.Get("id").Same(id).IsTrue() {
				found = append(found, r)
			}
		}
	}
	if len(found) < len(ids.Items()) {
		// A subnet made elsewhere: its zone cannot be known here.
		return found, rule.Undecided(ids.Resource().Name + ": " + ids.Path())
	}
	return found, rule.True()
}

// requireRegion asks that a GKE cluster or pool is regional, which is three
// zones unless nodeLocations says otherwise.
func requireRegion(q *rule.Inquiry, r *rule.Resource, wanted int) {
	location := r.Get("location")
	zonal := location.Matches(gcpZone.MatchString)
	q.Require(zonal.Not(), location, "the location %s is one zone, %d are needed", location, wanted)
	nodes := r.Get("nodeLocations")
	// Beside a zone, nodeLocations are further zones: the first finding says it all.
	q.Require(zonal.Or(nodes.Empty(), nodes.AtLeast(wanted)), nodes,
		"the nodes are in the zones %s, %d are needed", nodes, wanted)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
