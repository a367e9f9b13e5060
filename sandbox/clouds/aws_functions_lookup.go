package clouds

import (
	"encoding/base64"
	"strings"
	"time"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

// awsPrefixList is a list of addresses that AWS keeps for one of its services.
type awsPrefixList struct {
	id    string
	cidrs []string
}

// awsPrefixLists are the lists by name. Ids and ranges are made up: the ranges are kept for documentation (RFC 5737).
func awsPrefixLists(e *Env) map[string]awsPrefixList {
	out := map[string]awsPrefixList{}
	for _, name := range []string{
		"com.amazonaws." + e.Region + ".s3", "com.amazonaws." + e.Region + ".dynamodb", "com.amazonaws.global.cloudfront.origin-facing",
	} {
		out[name] = awsPrefixList{"pl-" + hashedName(8, "0123456789abcdef", e.Region, name), []string{"198.51.100.0/24"}}
	}
	return out
}

// awsFindPrefixList finds the one list that a name, an id and filters mean.
func awsFindPrefixList(e *Env, function, name, id string, args props.Object) (string, awsPrefixList, error) {
	lists := awsPrefixLists(e)
	var found []string
	for _, n := range props.SortedKeys(lists) {
		ok := (name == "" || name == n) && (id == "" || id == lists[n].id)
		for _, f := range props.Objects(args, "filters") {
			ok = ok && awsMentions(f["values"], map[string]string{"prefix-list-name": n, "prefix-list-id": lists[n].id, "owner-id": "AWS"}[props.Str(f, "name")])
		}
		if ok {
			found = append(found, n)
		}
	}
	if len(found) != 1 {
		return "", awsPrefixList{}, e.Errorf("%s: %d prefix lists match: the arguments must lead to exactly one of %s", function, len(found), strings.Join(props.SortedKeys(lists), ", "))
	}
	return found[0], lists[found[0]], nil
}

func awsGetPrefixList(e *Env, args props.Object) (props.Object, error) {
	name, list, err := awsFindPrefixList(e, "getPrefixList", props.Str(args, "name"), props.Str(args, "prefixListId"), args)
	if err != nil {
		return nil, err
	}
	return props.Object{"id": list.id, "prefixListId": list.id, "name": name, "cidrBlocks": list.cidrs, "filters": args["filters"]}, nil
}

func awsGetManagedPrefixList(e *Env, args props.Object) (props.Object, error) {
	name, list, err := awsFindPrefixList(e, "getManagedPrefixList", props.Str(args, "name"), props.Str(args, "id"), args)
	if err != nil {
		return nil, err
	}
	entries := []any{}
	for _, cidr := range list.cidrs {
		entries = append(entries, props.Object{"cidr": cidr, "description": ""})
	}
	return props.Object{
		"id": list.id, "name": name, "arn": "arn:aws:ec2:" + e.Region + ":aws:prefix-list/" + list.id, "addressFamily": "IPv4", "entries": entries,
		"maxEntries": 0, "ownerId": "AWS", "tags": props.Object{}, "version": 0, "filters": args["filters"],
	}, nil
}

// awsGetZone finds a hosted zone by its id, or by its name: public, unless the arguments say private.
func awsGetZone(e *Env, args props.Object) (props.Object, error) {
	plain := func(s string) string { return strings.TrimSuffix(s, ".") }
	found, err := e.Others(awsZoneType, func(o *store.Object) bool {
		private := len(props.List(o.Properties, "vpcs")) > 0
		name := plain(props.Str(args, "name"))
		return asked(args, "zoneId", o.ID) && (name == "" || name == plain(props.Str(o.Properties, "name"))) &&
			(props.Str(args, "zoneId") != "" || private == (props.Bool(args, "privateZone") || props.Str(args, "vpcId") != "")) && awsMatch(o, args)
	})
	if err != nil {
		return nil, err
	}
	if len(found) != 1 {
		return nil, e.Errorf("getZone: %d hosted zones match: the arguments must lead to exactly one", len(found))
	}
	o := found[0]
	vpc := props.Str(o.Properties, "vpcs[0].vpcId")
	return props.Object{
		"id": o.ID, "zoneId": o.ID, "arn": o.Properties["arn"], "name": plain(props.Str(o.Properties, "name")), "comment": o.Properties["comment"],
		"nameServers": o.Properties["nameServers"], "primaryNameServer": o.Properties["primaryNameServer"], "privateZone": vpc != "", "vpcId": vpc,
		"callerReference": uuidFrom(o.ID), "linkedServiceDescription": "", "linkedServicePrincipal": "", "resourceRecordSetCount": 2, "tags": o.Properties[tagsAll],
	}, nil
}

func awsGetAddonVersion(e *Env, args props.Object) (props.Object, error) {
	name := props.Str(args, "addonName")
	if _, ok := eksAddons[name]; !ok {
		return nil, e.Errorf("getAddonVersion: %s", eksUnknownAddon(name))
	}
	version := eksAddonVersion(name, props.Str(args, "kubernetesVersion"))
	if version == "" {
		return nil, e.Errorf("getAddonVersion: the sandbox knows no version of %s: give the add-on its version", name)
	}
	return props.Object{"id": name, "addonName": name, "kubernetesVersion": args["kubernetesVersion"], "mostRecent": args["mostRecent"], "version": version}, nil
}

func awsGetAuthorizationToken(e *Env, args props.Object) (props.Object, error) {
	password := hashedName(64, alphanumeric, e.Region, "registry")
	return props.Object{
		"id": e.Region, "registryId": args["registryId"], "userName": "AWS", "password": password, "proxyEndpoint": "https://" + awsRegistry(e),
		"authorizationToken": base64.StdEncoding.EncodeToString([]byte("AWS:" + password)),
		// docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html
		"expiresAt": e.Now().Add(12 * time.Hour).Format(time.RFC3339),
	}, nil
}
