package stacks

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters"
	"github.com/ai-now/platform/clusters/check"
)

// clusterOutput is what an operator needs of a cluster.
func clusterOutput(c *clusters.Cluster, made *asked) pulumi.Map {
	pools := pulumi.Map{}
	for name, pool := range c.Pools {
		pools[name] = pulumi.Map{
			"class": pulumi.String(pool.Class), "size": pulumi.String(pool.Size),
			"min": pulumi.Int(pool.Nodes.Min), "max": pulumi.Int(pool.Nodes.Max),
		}
	}
	out := pulumi.Map{
		"cloud":          pulumi.String(c.Cloud),
		"region":         pulumi.String(c.Region),
		"version":        c.Version,
		"endpoint":       c.Endpoint,
		"storageClasses": c.StorageClasses(),
		"nodePools":      pools,
		"facts":          c.Facts,
	}
	if c.Connect != "" {
		out["connect"], out["console"] = pulumi.String(c.Connect), pulumi.String(c.Console)
	}
	maps.Copy(out, made.outputs)
	return out
}

// readme writes the page that Pulumi Cloud shows for a stack, and that
// `pulumi stack output readme` prints.
// https://www.pulumi.com/docs/pulumi-cloud/projects-and-stacks/#stack-readme
func (d *deployment) readme(ctx *pulumi.Context) pulumi.StringOutput {
	sections := pulumi.StringArray{pulumi.String(d.readmeHead(ctx.Stack()))}
	for i := range d.cfg.Clusters {
		name := d.cfg.Clusters[i].Name
		sections = append(sections, readmeCluster(d.clusters[name]))
	}
	return sections.ToStringArrayOutput().ApplyT(func(sections []string) string {
		return strings.Join(sections, "\n")
	}).(pulumi.StringOutput)
}

func (d *deployment) readmeHead(stack string) string {
	l := d.cfg.Labels
	return fmt.Sprintf(`# %s

Environment %s, published under %s. It belongs to the team %s and is paid for by %s; its data is %s.

Tenants: %s.
`, stack, d.cfg.Environment, d.cfg.Domain, l.Team, l.CostCenter, l.DataClassification, d.tenantNames())
}

func (d *deployment) tenantNames() string {
	names := make([]string, len(d.cfg.Tenants))
	for i, tenant := range d.cfg.Tenants {
		names[i] = tenant.Name
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

func readmeCluster(c *clusters.Cluster) pulumi.StringOutput {
	var pools []string
	for _, name := range check.Keys(c.Pools) {
		p := c.Pools[name]
		pools = append(pools, fmt.Sprintf("| %s | %s | %s | %d to %d |", p.Name, p.Class, p.Size, p.Nodes.Min, p.Nodes.Max))
	}
	return pulumi.All(c.Version, c.Endpoint).ApplyT(func(v []any) string {
		lines := []string{"## " + c.Name, "", fmt.Sprintf("On %s %s, Kubernetes %s, API server %s.", c.Cloud, c.Region, v[0], v[1])}
		if c.Connect != "" {
			lines = append(lines, "", "```sh", c.Connect, "```", "", fmt.Sprintf("[Console](%s)", c.Console))
		}
		if len(pools) > 0 {
			lines = append(lines, "", "| pool | class | size | nodes |", "|---|---|---|---|")
			lines = append(lines, pools...)
		}
		return strings.Join(slices.Concat(lines, []string{""}), "\n")
	}).(pulumi.StringOutput)
}
