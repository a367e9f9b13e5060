package clouds

import (
	"fmt"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

func awsGetPartition(_ *Env, _ props.Object) (props.Object, error) {
	return props.Object{"id": "aws", "partition": "aws", "dnsSuffix": "amazonaws.com", "reverseDnsPrefix": "com.amazonaws"}, nil
}

func awsGetRegion(e *Env, args props.Object) (props.Object, error) {
	name := props.StrOr(args, "name", props.StrOr(args, "id", e.Region))
	if awsZones[name] == "" {
		return nil, e.Errorf("getRegion: %q is no region of AWS: use one of %s", name, strings.Join(props.SortedKeys(awsZones), ", "))
	}
	return props.Object{"id": name, "name": name, "description": name, "endpoint": "ec2." + name + ".amazonaws.com"}, nil
}

func awsGetCallerIdentity(_ *Env, _ props.Object) (props.Object, error) {
	return props.Object{"id": awsAccount, "accountId": awsAccount, "arn": awsCaller, "userId": "AIDA" + hashedName(17, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", awsCaller)}, nil
}

func awsGetAvailabilityZones(e *Env, args props.Object) (props.Object, error) {
	var names, ids []string
	for _, z := range awsZonesOf(e.Region) {
		if !awsMentions(args["excludeNames"], z) && !awsMentions(args["excludeZoneIds"], awsZoneID(e.Region, z)) {
			names, ids = append(names, z), append(ids, awsZoneID(e.Region, z))
		}
	}
	if len(names) == 0 {
		return nil, e.Errorf("getAvailabilityZones: the region %q has none that the sandbox knows", e.Region)
	}
	return props.Object{"id": e.Region, "names": names, "zoneIds": ids, "groupNames": []any{e.Region}, "state": args["state"]}, nil
}

// awsImage is the id of the image that a parameter or a search leads to: always the same for one region.
func awsImage(e *Env, what string) string {
	return "ami-0" + hashedName(16, "0123456789abcdef", e.Region, what)
}

// awsGetParameter knows the public parameters with the ids of EKS's images, and nothing else.
func awsGetParameter(e *Env, args props.Object) (props.Object, error) {
	name := props.Str(args, "name")
	if !strings.HasPrefix(name, "/aws/service/") {
		return nil, e.Errorf("ParameterNotFound: %s: the sandbox has only public parameters, /aws/service/…", name)
	}
	value := awsImage(e, name)
	return props.Object{
		"id": name, "name": name, "arn": awsARN(e, "ssm", "parameter"+name), "type": "String", "value": value, "insecureValue": value,
		"version": 1, "withDecryption": true,
	}, nil
}

func awsGetAMI(e *Env, args props.Object) (props.Object, error) {
	id := awsImage(e, fmt.Sprint(args["owners"], args["filters"], args["nameRegex"]))
	return props.Object{
		"id": id, "imageId": id, "arn": fmt.Sprintf("arn:aws:ec2:%s::image/%s", e.Region, id), "architecture": "x86_64", "rootDeviceName": "/dev/xvda",
		"rootDeviceType": "ebs", "virtualizationType": "hvm", "hypervisor": "xen", "state": "available", "imageType": "machine", "public": true,
		"blockDeviceMappings": []any{props.Object{"deviceName": "/dev/xvda", "ebs": props.Object{}, "noDevice": "", "virtualName": ""}},
		"productCodes":        []any{}, "tags": props.Object{}, "owners": args["owners"], "name": "sandbox", "ownerId": awsAccount,
	}, nil
}

// awsMatch says whether an object answers the filters that EC2's functions take: a name in EC2's words and values.
func awsMatch(o *store.Object, args props.Object) bool {
	names := map[string]string{"vpc-id": "vpcId", "subnet-id": "subnetId", "availability-zone": "availabilityZone", "cidr-block": "cidrBlock", "cidr": "cidrBlock"}
	for _, f := range props.Objects(args, "filters") {
		name := props.Str(f, "name")
		property := names[name]
		if tag, ok := strings.CutPrefix(name, "tag:"); ok {
			property = props.Join("tagsAll", tag)
		}
		if !awsMentions(f["values"], props.Str(o.Properties, property)) {
			return false
		}
	}
	for k, v := range props.StrMap(args, "tags") {
		if props.Str(o.Properties, props.Join("tagsAll", k)) != v {
			return false
		}
	}
	return true
}

// awsOne finds the one object that the arguments mean.
func awsOne(e *Env, typ string, keep func(o *store.Object) bool) (*store.Object, error) {
	found, err := awsHere(e, typ, keep)
	if err != nil {
		return nil, err
	}
	if len(found) != 1 {
		return nil, e.Errorf("%d objects of type %s match in %s: the arguments must lead to exactly one", len(found), typ, e.Region)
	}
	return found[0], nil
}

// asked says whether an argument is not given or has the value.
func asked(args props.Object, key, value string) bool {
	s := props.Str(args, key)
	return s == "" || s == value
}

func awsGetVPC(e *Env, args props.Object) (props.Object, error) {
	if props.Bool(args, "default") {
		return nil, e.Errorf("getVpc: the sandbox's account has no default VPC: give the VPC's id")
	}
	o, err := awsOne(e, awsVPCType, func(o *store.Object) bool {
		return asked(args, "id", o.ID) && asked(args, "cidrBlock", props.Str(o.Properties, "cidrBlock")) && awsMatch(o, args)
	})
	if err != nil {
		return nil, err
	}
	out := props.Clone(o.Properties)
	out["id"], out["default"], out["state"], out["cidrBlockAssociations"], out["tags"] = o.ID, false, "available", []any{}, out["tagsAll"]
	return out, nil
}

func awsGetSubnet(e *Env, args props.Object) (props.Object, error) {
	o, err := awsOne(e, awsSubnetType, func(o *store.Object) bool {
		return asked(args, "id", o.ID) && asked(args, "vpcId", props.Str(o.Properties, "vpcId")) &&
			asked(args, "availabilityZone", props.Str(o.Properties, "availabilityZone")) && asked(args, "cidrBlock", props.Str(o.Properties, "cidrBlock")) && awsMatch(o, args)
	})
	if err != nil {
		return nil, err
	}
	out := props.Clone(o.Properties)
	out["id"], out["state"], out["defaultForAz"], out["tags"] = o.ID, "available", false, out["tagsAll"]
	return out, nil
}

func awsGetSubnets(e *Env, args props.Object) (props.Object, error) {
	found, err := awsHere(e, awsSubnetType, func(o *store.Object) bool { return awsMatch(o, args) })
	if err != nil {
		return nil, err
	}
	return props.Object{"id": e.Region, "ids": awsIDs(found), "tags": args["tags"]}, nil
}

func awsIDs(objects []*store.Object) []any {
	ids := []any{}
	for _, o := range objects {
		ids = append(ids, o.ID)
	}
	return ids
}

// awsGetRouteTable finds a table by its id, or the one that a subnet is associated with.
func awsGetRouteTable(e *Env, args props.Object) (props.Object, error) {
	associations, err := awsHere(e, awsRouteTableAssociationType, func(*store.Object) bool { return true })
	if err != nil {
		return nil, err
	}
	want := props.StrOr(args, "routeTableId", "")
	for _, a := range associations {
		if s := props.Str(args, "subnetId"); s != "" && props.Str(a.Properties, "subnetId") == s {
			want = props.Str(a.Properties, "routeTableId")
		}
	}
	if want == "" && props.Str(args, "subnetId") != "" {
		return nil, e.Errorf("getRouteTable: the subnet %s is not associated with a route table", props.Str(args, "subnetId"))
	}
	o, err := awsOne(e, awsRouteTableType, func(o *store.Object) bool {
		return (want == "" || o.ID == want) && asked(args, "vpcId", props.Str(o.Properties, "vpcId")) && awsMatch(o, args)
	})
	if err != nil {
		return nil, err
	}
	routes, err := awsRoutesOf(e, o)
	if err != nil {
		return nil, err
	}
	linked := []any{}
	for _, a := range associations {
		if props.Str(a.Properties, "routeTableId") == o.ID {
			linked = append(linked, props.Object{"routeTableAssociationId": a.ID, "routeTableId": o.ID, "subnetId": props.Str(a.Properties, "subnetId"), "gatewayId": "", "main": false})
		}
	}
	return props.Object{
		"id": o.ID, "routeTableId": o.ID, "arn": o.Properties["arn"], "ownerId": awsAccount, "vpcId": o.Properties["vpcId"],
		"subnetId": props.Str(args, "subnetId"), "gatewayId": "", "associations": linked, "routes": routes, "tags": o.Properties["tagsAll"],
	}, nil
}

// awsRoutesOf lists the routes of a table, those of its own and those made as resources.
func awsRoutesOf(e *Env, table *store.Object) ([]any, error) {
	separate, err := awsHere(e, awsRouteType, func(o *store.Object) bool { return props.Str(o.Properties, "routeTableId") == table.ID })
	if err != nil {
		return nil, err
	}
	out := []any{}
	for _, r := range props.Objects(table.Properties, "routes") {
		out = append(out, awsRouteResult(r, "cidrBlock", "ipv6CidrBlock"))
	}
	for _, r := range separate {
		out = append(out, awsRouteResult(r.Properties, "destinationCidrBlock", "destinationIpv6CidrBlock"))
	}
	return out, nil
}

func awsRouteResult(r props.Object, v4, v6 string) props.Object {
	out := props.Object{"cidrBlock": props.Str(r, v4), "ipv6CidrBlock": props.Str(r, v6), "destinationPrefixListId": "", "instanceId": ""}
	for _, t := range awsTargets {
		out[t] = props.Str(r, t)
	}
	return out
}

func awsGetRouteTables(e *Env, args props.Object) (props.Object, error) {
	found, err := awsHere(e, awsRouteTableType, func(o *store.Object) bool {
		return asked(args, "vpcId", props.Str(o.Properties, "vpcId")) && awsMatch(o, args)
	})
	if err != nil {
		return nil, err
	}
	return props.Object{"id": e.Region, "ids": awsIDs(found), "vpcId": args["vpcId"], "tags": args["tags"]}, nil
}
