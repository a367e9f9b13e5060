package report

import "github.com/ai-now/platform/policy/report/record"

// Owner is who is to mend a finding.
type Owner struct {
	Team       string `json:"team,omitempty"`
	CostCenter string `json:"costCenter,omitempty"`
	// Inherited says that the resource itself does not tell, as types without tags
	// cannot, and all that belong together with it have this owner.
	Inherited bool `json:"inherited,omitempty"`
}

func (o Owner) String() string {
	switch {
	case o.Team == "" && o.CostCenter == "":
		return "nobody: no label or tag says whose it is"
	case o.CostCenter == "":
		return o.Team
	case o.Team == "":
		return "cost center " + o.CostCenter
	}
	return o.Team + " (cost center " + o.CostCenter + ")"
}

// owners knows the owners of resources.
type owners struct {
	own    map[string]record.Owner
	parent map[string]string
	// below are, by the URN of a parent, the owners of all that is below it.
	below map[string]map[record.Owner]bool
}

func ownersOf(resources []record.Resource) owners {
	o := owners{own: map[string]record.Owner{}, parent: map[string]string{}, below: map[string]map[record.Owner]bool{}}
	for _, r := range resources {
		o.parent[r.URN] = r.Parent
		if r.Owner != nil {
			o.own[r.URN] = *r.Owner
		}
	}
	for urn, owner := range o.own {
		for up := o.parent[urn]; up != ""; up = o.parent[up] {
			if o.below[up] == nil {
				o.below[up] = map[record.Owner]bool{}
			}
			o.below[up][owner] = true
		}
	}
	return o
}

// of is the owner of a resource: its own, or the only one of what is below it or
// below the nearest parent that has any.
func (o owners) of(urn string) Owner {
	if own, ok := o.own[urn]; ok {
		return Owner{Team: own.Team, CostCenter: own.CostCenter}
	}
	for up := urn; up != ""; up = o.parent[up] {
		if len(o.below[up]) == 0 {
			continue
		}
		if len(o.below[up]) == 1 {
			for owner := range o.below[up] {
				return Owner{Team: owner.Team, CostCenter: owner.CostCenter, Inherited: true}
			}
		}
		break
	}
	return Owner{}
}
