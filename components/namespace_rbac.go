package components

import (
	"fmt"
	"slices"
	"strings"

	rbacv1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/rbac/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/check"
)

// NamespaceAccess says who may do what in a namespace: groups, as the login of
// the cluster reports them. Nobody may read Secrets, change quotas, network
// policies or rights: those are the platform's, and are changed where they are
// reviewed.
type NamespaceAccess struct {
	// Owners answer for what runs: they may also make, change and delete it. The
	// next update takes back what the program made and they changed.
	Owners []string
	// Developers find out what is wrong: they may also read logs, restart pods
	// and scale what runs.
	Developers []string
	// Viewers see what there is and how it is.
	Viewers []string
}

const rbacGroup = "rbac.authorization.k8s.io"

// right is some verbs on some resources of one API group.
type right struct {
	group     string
	resources []string
	verbs     []string
}

var (
	read  = []string{"get", "list", "watch"}
	write = []string{"create", "update", "patch", "delete"}
	scale = []string{"get", "update", "patch"}
)

// The rights of a role are its own and those of the roles below it.
//
// There is no exec, attach or port-forward in any: a shell has the token, the
// Secrets and the network of its pod, and leaves no trace of what was typed. Who
// needs one in an incident is given it for as long.
var (
	viewing = []right{
		{"", []string{"namespaces"}, []string{"get"}},
		// Logs are not among them: they have in them what users wrote.
		{"", []string{
			"configmaps", "events", "limitranges", "persistentvolumeclaims", "pods", "resourcequotas", "serviceaccounts", "services",
		}, read},
		{"apps", []string{"daemonsets", "deployments", "replicasets", "statefulsets"}, read},
		{"autoscaling", []string{"horizontalpodautoscalers"}, read},
		{"batch", []string{"cronjobs", "jobs"}, read},
		{"discovery.k8s.io", []string{"endpointslices"}, read},
		{"events.k8s.io", []string{"events"}, read},
		{"metrics.k8s.io", []string{"pods"}, []string{"get", "list"}},
		{"networking.k8s.io", []string{"ingresses", "networkpolicies"}, read},
		{"policy", []string{"poddisruptionbudgets"}, read},
		// So that everybody can see who may do what.
		{rbacGroup, []string{"rolebindings", "roles"}, read},
	}
	developing = []right{
		{"", []string{"pods/log"}, []string{"get"}},
		// A pod that is deleted is made again. To change what makes it would be to
		// run anything, as any account of the namespace.
		{"", []string{"pods"}, []string{"delete"}},
		{"apps", []string{"deployments/scale", "statefulsets/scale"}, scale},
	}
	owning = []right{
		{"", []string{"configmaps", "persistentvolumeclaims", "services"}, write},
		{"apps", []string{"daemonsets", "deployments", "statefulsets"}, write},
		{"autoscaling", []string{"horizontalpodautoscalers"}, write},
		{"batch", []string{"cronjobs", "jobs"}, write},
		{"policy", []string{"poddisruptionbudgets"}, write},
	}
)

// role is what the groups of one setting may do.
type role struct {
	name    string
	setting string
	groups  []string
	rights  []right
}

// roles lists the most powerful first.
func (a NamespaceAccess) roles() []role {
	return []role{
		{"owner", "owners", a.Owners, slices.Concat(viewing, developing, owning)},
		{"developer", "developers", a.Developers, slices.Concat(viewing, developing)},
		{"viewer", "viewers", a.Viewers, viewing},
	}
}

func (a NamespaceAccess) check(list *check.List) {
	taken := map[string]string{}
	for _, r := range a.roles() {
		for i, group := range r.groups {
			path := fmt.Sprintf("access.%s[%d]", r.setting, i)
			first, twice := taken[group]
			switch {
			case group == "" || strings.TrimSpace(group) != group:
				list.Add(path, group, "is not the name of a group", "write it as the login of the cluster reports it, such as shop-developers@example.com")
			// https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-subjects
			case strings.HasPrefix(group, "system:"):
				list.Add(path, group, "is a group of Kubernetes itself, and more than one team", "name a group of the people of this namespace")
			case twice:
				list.Add(path, group, "is named in "+first+" already, which gives the same or more", "name it once")
			default:
				taken[group] = path
			}
		}
	}
}

// access makes the roles that somebody has, and binds them.
func (o *namespaceObjects) access() error {
	for _, r := range o.args.Access.roles() {
		if len(r.groups) == 0 {
			continue
		}
		rules := rbacv1.PolicyRuleArray{}
		for _, right := range r.rights {
			rules = append(rules, rbacv1.PolicyRuleArgs{
				ApiGroups: pulumi.ToStringArray([]string{right.group}),
				Resources: pulumi.ToStringArray(right.resources), Verbs: pulumi.ToStringArray(right.verbs),
			})
		}
		made, err := rbacv1.NewRole(o.ctx, o.name+"-"+r.name, &rbacv1.RoleArgs{Metadata: o.meta(r.name), Rules: rules}, o.in...)
		if err != nil {
			return err
		}
		subjects := rbacv1.SubjectArray{}
		for _, group := range r.groups {
			subjects = append(subjects, rbacv1.SubjectArgs{ApiGroup: pulumi.String(rbacGroup), Kind: pulumi.String("Group"), Name: pulumi.String(group)})
		}
		if _, err := rbacv1.NewRoleBinding(o.ctx, o.name+"-"+r.name, &rbacv1.RoleBindingArgs{
			Metadata: o.meta(r.name), Subjects: subjects,
			RoleRef: rbacv1.RoleRefArgs{ApiGroup: pulumi.String(rbacGroup), Kind: pulumi.String("Role"), Name: pulumi.String(r.name)},
		}, append(o.in, pulumi.DependsOn([]pulumi.Resource{made}))...); err != nil {
			return err
		}
	}
	return nil
}
