package stacks

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/ai-now/platform/clusters"
	"github.com/ai-now/platform/clusters/spec"
)

// asked is what was asked of a cluster's cloud, as outputs.
type asked struct {
	outputs     pulumi.Map
	credentials pulumi.Map
	// identities by namespace/serviceAccount.
	identities map[string]*clusters.Identity
}

// ask makes what the configuration asks of a cluster's cloud.
func ask(ctx *pulumi.Context, c *clusters.Cluster, cfg *Cluster) (*asked, error) {
	out := &asked{outputs: pulumi.Map{}, identities: map[string]*clusters.Identity{}}
	var zone *spec.Zone
	if cfg.Zone != "" {
		made, err := clusters.NewZone(ctx, c, &spec.ZoneArgs{Domain: cfg.Zone})
		if err != nil {
			return nil, err
		}
		zone = &made.Zone
		out.outputs["zone"] = pulumi.Map{"domain": pulumi.String(zone.Domain), "nameServers": zone.NameServers}
	}
	var registry *spec.Registry
	if cfg.Registry != nil {
		made, err := clusters.NewRegistry(ctx, c, cfg.Registry.spec())
		if err != nil {
			return nil, err
		}
		registry = &made.Registry
		repositories := pulumi.StringMap{}
		for name, address := range registry.Repositories {
			repositories[name] = address
		}
		out.outputs["registry"] = pulumi.Map{"address": registry.Address, "repositories": repositories}
	}
	buckets, err := askBuckets(ctx, c, cfg, out)
	if err != nil {
		return nil, err
	}
	return out, askIdentities(ctx, c, cfg, zone, registry, buckets, out)
}

func askBuckets(ctx *pulumi.Context, c *clusters.Cluster, cfg *Cluster, out *asked) (map[string]*spec.Bucket, error) {
	buckets, outputs := map[string]*spec.Bucket{}, pulumi.Map{}
	for i := range cfg.Buckets {
		bucket := &cfg.Buckets[i]
		args := bucket.spec()
		if bucket.OwnKey {
			key, err := clusters.NewKey(ctx, c, &spec.KeyArgs{Name: bucket.Name + "-bucket"})
			if err != nil {
				return nil, err
			}
			args.Key = &key.Key
		}
		made, err := clusters.NewBucket(ctx, c, args)
		if err != nil {
			return nil, err
		}
		buckets[bucket.Name] = &made.Bucket
		outputs[bucket.Name] = made.URL
	}
	if len(outputs) > 0 {
		out.outputs["buckets"] = outputs
	}
	return buckets, nil
}

func askIdentities(ctx *pulumi.Context, c *clusters.Cluster, cfg *Cluster, zone *spec.Zone, registry *spec.Registry, buckets map[string]*spec.Bucket, out *asked) error {
	outputs := pulumi.Map{}
	for i := range cfg.Identities {
		identity := &cfg.Identities[i]
		args := &spec.IdentityArgs{Name: identity.Name, Namespace: identity.Namespace, ServiceAccount: identity.ServiceAccount}
		for _, prefix := range identity.ReadSecrets {
			args.Grants = append(args.Grants, spec.Grant{Action: spec.ReadSecrets, Prefix: prefix})
		}
		for _, name := range identity.ReadBuckets {
			args.Grants = append(args.Grants, spec.Grant{Action: spec.ReadBucket, Bucket: buckets[name]})
		}
		for _, name := range identity.WriteBuckets {
			args.Grants = append(args.Grants, spec.Grant{Action: spec.WriteBucket, Bucket: buckets[name]})
		}
		if identity.ChangeZone {
			args.Grants = append(args.Grants, spec.Grant{Action: spec.ChangeZone, Zone: zone})
		}
		for _, name := range identity.PullImages {
			args.Grants = append(args.Grants, spec.Grant{Action: spec.PullImages, Registry: registry, Repository: name})
		}
		for _, name := range identity.PushImages {
			args.Grants = append(args.Grants, spec.Grant{Action: spec.PushImages, Registry: registry, Repository: name})
		}
		made, err := clusters.NewIdentity(ctx, c, args)
		if err != nil {
			return err
		}
		out.identities[identity.Namespace+"/"+identity.ServiceAccount] = made
		outputs[identity.Name] = pulumi.Map{
			"name": made.Name, "annotations": made.Annotations,
			"serviceAccount": pulumi.String(identity.Namespace + "/" + identity.ServiceAccount),
		}
		if made.Credentials != nil {
			if out.credentials == nil {
				out.credentials = pulumi.Map{}
			}
			out.credentials[identity.Name] = *made.Credentials
		}
	}
	if len(outputs) > 0 {
		out.outputs["identities"] = outputs
	}
	return nil
}
