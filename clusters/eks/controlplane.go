package eks

import (
	"context"
	"errors"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-eks/sdk/v2/go/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters/kubeconfig"
)

// logTypes are all there are: without audit and authenticator nobody can
// tell later who did what. CIS EKS 2.1.1.
// https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
var logTypes = []string{"api", "audit", "authenticator", "controllerManager", "scheduler"}

// createControlPlane makes the cluster with its keys and logs, and returns the
// group its logs are in.
func (p *Platform) createControlPlane(ctx *pulumi.Context, parent pulumi.Resource, in ...pulumi.ResourceOption) (*cloudwatch.LogGroup, error) {
	c := p.args
	// Secrets are encrypted in etcd with a key of our own: whoever reads the
	// disk reads nothing, and access to the key is logged. CIS EKS 5.3.1.
	secrets, err := p.newKey(ctx, c.Name+"-secrets", "Kubernetes secrets of the EKS cluster "+c.Name, nil, in...)
	if err != nil {
		return nil, err
	}
	// The name is EKS's. CIS EKS 2.1.2.
	logs, err := p.logGroup(ctx, c.Name+"-control-plane", "/aws/eks/"+c.Name+"/cluster", in...)
	if err != nil {
		return nil, err
	}
	component, err := eks.NewCluster(ctx, c.Name, &eks.ClusterArgs{
		Name:    pulumi.String(c.Name),
		Version: pulumi.String(c.Version),
		VpcId:   p.network.vpc.ID(),
		// Only the control plane's own interfaces: load balancers find their
		// subnets by tags, node groups are given theirs.
		SubnetIds: p.network.intra,
		// Node groups are NodePool components.
		SkipDefaultNodeGroup:         pulumi.BoolRef(true),
		NodeAssociatePublicIpAddress: pulumi.BoolRef(false),
		InstanceRole:                 p.nodeRole,
		// The component would read the issuer's certificate over the internet
		// during the update; the provider below does not have to.
		CreateOidcProvider: pulumi.Bool(false),
		// Access entries instead of the deprecated aws-auth ConfigMap: who may
		// enter is seen and changed through the AWS API, even if the cluster is
		// ill. CIS EKS 4.1.7.
		AuthenticationMode: authenticationMode(eks.AuthenticationModeApi),
		// The VPC CNI is an add-on; the component's own cannot enforce network
		// policies.
		UseDefaultVpcCni:                pulumi.BoolRef(true),
		KubernetesServiceIpAddressRange: pulumi.String(c.Network.Services),
		EnabledClusterLogTypes:          pulumi.ToStringArray(logTypes),
		EncryptionConfigKeyArn:          secrets.Arn,
		// Nodes talk to the API server inside the VPC. CIS EKS 5.4.2.
		EndpointPrivateAccess: pulumi.Bool(true),
		// From the internet only who is named may, and nobody unless named.
		// CIS EKS 5.4.1.
		EndpointPublicAccess: pulumi.Bool(len(c.APIServerAccess) > 0),
		PublicAccessCidrs:    pulumi.ToStringArray(c.APIServerAccess),
		Tags:                 p.tags(""),
	}, pulumi.Parent(parent), pulumi.Providers(p.provider),
		pulumi.DependsOn([]pulumi.Resource{logs, p.network}),
		// What is in the component inherits it. EKS's own protection against
		// deletion is not in this version of the provider.
		p.keep(),
		pulumi.Transforms([]pulumi.ResourceTransform{p.harden}))
	if err != nil {
		return nil, err
	}
	p.cluster = component.EksCluster
	p.eksName, p.version = p.cluster.Name(), p.cluster.Version()
	p.nodeSecurityGroup = p.cluster.VpcConfig().ClusterSecurityGroupId().Elem()
	p.issuer = p.cluster.Identities().Index(pulumi.Int(0)).Oidcs().Index(pulumi.Int(0)).Issuer().Elem()
	// Trust in this issuer is what lets a service account act as an IAM role
	// without Pod Identity, as older charts want it.
	p.identity, err = iam.NewOpenIdConnectProvider(ctx, c.Name, &iam.OpenIdConnectProviderArgs{
		Url:           p.issuer,
		ClientIdLists: pulumi.StringArray{pulumi.String(stsAudience)},
		Tags:          p.tags(c.Name),
	}, in...)
	return logs, err
}

// harden sets what the component has no argument for on what is inside it.
func (p *Platform) harden(_ context.Context, args *pulumi.ResourceTransformArgs) *pulumi.ResourceTransformResult {
	switch args.Type {
	case "aws:eks/cluster:Cluster":
		// An outdated version is upgraded at the end of its support, not kept for
		// six times the price of a cluster:
		// https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
		args.Props["upgradePolicy"] = pulumi.Map{"supportType": pulumi.String("STANDARD")}
		// Traffic can be led away from a zone that is ill.
		args.Props["zonalShiftConfig"] = pulumi.Map{"enabled": pulumi.Bool(p.args.HighlyAvailable)}
		// Network, proxy and DNS come as add-ons with settings of ours, and none of
		// them is there before in EKS's.
		args.Props["bootstrapSelfManagedAddons"] = pulumi.Bool(false)
	case "aws:eks/accessEntry:AccessEntry":
		// The component tags everything else.
		args.Props["tags"] = p.tags(args.Name)
	default:
		return nil
	}
	return &pulumi.ResourceTransformResult{Props: args.Props, Opts: args.Opts}
}

// kubeconfig lets whoever has it and the right identity in AWS enter. CIS EKS 5.5.1.
func (p *Platform) kubeconfig() pulumi.StringOutput {
	return pulumi.All(p.eksName, p.cluster.Endpoint(), p.cluster.CertificateAuthority().Data()).ApplyT(
		func(v []any) (string, error) {
			ca, _ := v[2].(*string)
			if ca == nil {
				return "", errors.New("EKS returned no certificate authority")
			}
			return kubeconfig.Exec(p.name, v[1].(string), *ca, kubeconfig.Command{
				Command:     "aws",
				Args:        []string{"eks", "get-token", "--cluster-name", v[0].(string), "--output", "json", "--region", p.region},
				InstallHint: "install the AWS command line interface: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html",
			})
		}).(pulumi.StringOutput)
}

func authenticationMode(mode eks.AuthenticationMode) *eks.AuthenticationMode { return &mode }
