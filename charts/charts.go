// Package charts installs third-party software from its own Helm charts, each at
// a pinned version.
//
// A chart is rendered by the Kubernetes provider and its objects become
// resources of the stack: a change made to one by hand is seen as drift, and the
// policy pack judges every one.
package charts

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	helmv4 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/helm/v4"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Args are the arguments of [New].
type Args struct {
	// Namespace the chart is installed to.
	Namespace string
	// Values of the chart.
	Values pulumi.Map
	// Mirror is where the chart comes from instead of its repository: a folder
	// that holds it as NAME-VERSION (unpacked) or NAME-VERSION.tgz, or an OCI
	// registry's folder beginning with oci://. Empty means its repository.
	Mirror string
}

// New installs a chart. CRDs that the chart keeps outside its templates are left
// out: the pin says where they come from.
func New(ctx *pulumi.Context, name string, pin Pin, args *Args, opts ...pulumi.ResourceOption) (*helmv4.Chart, error) {
	source, err := pin.source(args.Mirror)
	if err != nil {
		return nil, err
	}
	chart := &helmv4.ChartArgs{
		Name:      pulumi.String(pin.Name),
		Chart:     pulumi.String(source),
		Namespace: pulumi.String(args.Namespace),
		Values:    args.Values,
		SkipCrds:  pulumi.Bool(true),
		// Names of the objects' resources begin with the cluster's, which tells
		// the clusters of a stack apart.
		ResourcePrefix: pulumi.String(name),
	}
	if !isFile(source) {
		chart.Version = pulumi.String(pin.Version)
		if strings.HasPrefix(pin.Repository, "https://") && args.Mirror == "" {
			chart.Chart = pulumi.String(pin.Name)
			chart.RepositoryOpts = helmv4.RepositoryOptsArgs{Repo: pulumi.String(pin.Repository)}
		}
	}
	installed := &installed{}
	if err := ctx.RegisterComponentResourceV2("ai-now:charts:Chart", name, installed.inputs(chart), installed, opts...); err != nil {
		return nil, err
	}
	// What a parent waits for its children do not wait for by themselves.
	return helmv4.NewChart(ctx, name, chart, append(slices.Clone(opts), pulumi.Parent(installed))...)
}

// installed is the parent of a chart. The provider registers a chart without its
// arguments; with those of its parent the policy pack can judge where it comes
// from.
type installed struct{ pulumi.ResourceState }

func (*installed) inputs(chart *helmv4.ChartArgs) pulumi.Map {
	inputs := pulumi.Map{"chart": chart.Chart, "namespace": chart.Namespace, "values": chart.Values}
	if chart.Version != nil {
		inputs["version"] = chart.Version
	}
	if chart.RepositoryOpts != nil {
		inputs["repositoryOpts"] = chart.RepositoryOpts
	}
	return inputs
}

// source returns where the chart is taken from.
func (p Pin) source(mirror string) (string, error) {
	switch {
	case mirror == "":
		return p.Repository + "/" + p.Name, nil
	case strings.HasPrefix(mirror, "oci://"):
		return strings.TrimSuffix(mirror, "/") + "/" + p.Name, nil
	}
	folder := filepath.Join(mirror, p.Name+"-"+p.Version)
	for _, path := range []string{folder, folder + ".tgz"} {
		if isFile(path) {
			return path, nil
		}
	}
	return "", fmt.Errorf("chart %[1]s %[2]s is not in the mirror %[3]s, neither as a folder %[1]s-%[2]s nor as %[1]s-%[2]s.tgz: put it there (`%[4]s`), or remove the mirror",
		p.Name, p.Version, mirror, p.pull())
}

// pull is the command that downloads the chart.
func (p Pin) pull() string {
	if strings.HasPrefix(p.Repository, "oci://") {
		return fmt.Sprintf("helm pull %s/%s --version %s", p.Repository, p.Name, p.Version)
	}
	return fmt.Sprintf("helm pull %s --repo %s --version %s", p.Name, p.Repository, p.Version)
}

func isFile(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
