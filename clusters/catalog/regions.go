package catalog

// The tables below were put together in November 2026. A region that opens
// later is one more line.

// awsZones lists the commercial, China and GovCloud regions. Regions: the Region
// enumeration of the AWS SDK used here, and, for those newer than it, with the
// zones of all of them,
// https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html
//
// AWS shows each account only some letters of its oldest regions: in us-west-1
// two of three, in ap-northeast-1 usually a, c and d, in ca-central-1 a, b and
// d. The letters most accounts have come first; an account with others names
// its zones in the configuration.
var awsZones = map[string][]string{
	"af-south-1":     letters("af-south-1", "", "abc"),
	"ap-east-1":      letters("ap-east-1", "", "abc"),
	"ap-east-2":      letters("ap-east-2", "", "abc"),
	"ap-northeast-1": letters("ap-northeast-1", "", "acdb"),
	"ap-northeast-2": letters("ap-northeast-2", "", "abcd"),
	"ap-northeast-3": letters("ap-northeast-3", "", "abc"),
	"ap-south-1":     letters("ap-south-1", "", "abc"),
	"ap-south-2":     letters("ap-south-2", "", "abc"),
	"ap-southeast-1": letters("ap-southeast-1", "", "abc"),
	"ap-southeast-2": letters("ap-southeast-2", "", "abc"),
	"ap-southeast-3": letters("ap-southeast-3", "", "abc"),
	"ap-southeast-4": letters("ap-southeast-4", "", "abc"),
	"ap-southeast-5": letters("ap-southeast-5", "", "abc"),
	"ap-southeast-6": letters("ap-southeast-6", "", "abc"),
	"ap-southeast-7": letters("ap-southeast-7", "", "abc"),
	"ca-central-1":   letters("ca-central-1", "", "abdc"),
	"ca-west-1":      letters("ca-west-1", "", "abc"),
	"cn-north-1":     letters("cn-north-1", "", "abc"),
	"cn-northwest-1": letters("cn-northwest-1", "", "abc"),
	"eu-central-1":   letters("eu-central-1", "", "abc"),
	"eu-central-2":   letters("eu-central-2", "", "abc"),
	"eu-north-1":     letters("eu-north-1", "", "abc"),
	"eu-south-1":     letters("eu-south-1", "", "abc"),
	"eu-south-2":     letters("eu-south-2", "", "abc"),
	"eu-west-1":      letters("eu-west-1", "", "abc"),
	"eu-west-2":      letters("eu-west-2", "", "abc"),
	"eu-west-3":      letters("eu-west-3", "", "abc"),
	"il-central-1":   letters("il-central-1", "", "abc"),
	"me-central-1":   letters("me-central-1", "", "abc"),
	"me-south-1":     letters("me-south-1", "", "abc"),
	"mx-central-1":   letters("mx-central-1", "", "abc"),
	"sa-east-1":      letters("sa-east-1", "", "abc"),
	"us-east-1":      letters("us-east-1", "", "abcdef"),
	"us-east-2":      letters("us-east-2", "", "abc"),
	"us-gov-east-1":  letters("us-gov-east-1", "", "abc"),
	"us-gov-west-1":  letters("us-gov-west-1", "", "abc"),
	"us-west-1":      letters("us-west-1", "", "abc"),
	"us-west-2":      letters("us-west-2", "", "abcd"),
}

// gcpZones lists regions and zones as in
// https://cloud.google.com/compute/docs/regions-zones
// (europe-west1 and us-east1 have no zone a; us-central1 has four zones).
var gcpZones = map[string][]string{
	"africa-south1":           letters("africa-south1", "-", "abc"),
	"asia-east1":              letters("asia-east1", "-", "abc"),
	"asia-east2":              letters("asia-east2", "-", "abc"),
	"asia-northeast1":         letters("asia-northeast1", "-", "abc"),
	"asia-northeast2":         letters("asia-northeast2", "-", "abc"),
	"asia-northeast3":         letters("asia-northeast3", "-", "abc"),
	"asia-south1":             letters("asia-south1", "-", "abc"),
	"asia-south2":             letters("asia-south2", "-", "abc"),
	"asia-southeast1":         letters("asia-southeast1", "-", "abc"),
	"asia-southeast2":         letters("asia-southeast2", "-", "abc"),
	"asia-southeast3":         letters("asia-southeast3", "-", "abc"),
	"australia-southeast1":    letters("australia-southeast1", "-", "abc"),
	"australia-southeast2":    letters("australia-southeast2", "-", "abc"),
	"europe-central2":         letters("europe-central2", "-", "abc"),
	"europe-north1":           letters("europe-north1", "-", "abc"),
	"europe-north2":           letters("europe-north2", "-", "abc"),
	"europe-southwest1":       letters("europe-southwest1", "-", "abc"),
	"europe-west1":            letters("europe-west1", "-", "bcd"),
	"europe-west10":           letters("europe-west10", "-", "abc"),
	"europe-west12":           letters("europe-west12", "-", "abc"),
	"europe-west2":            letters("europe-west2", "-", "abc"),
	"europe-west3":            letters("europe-west3", "-", "abc"),
	"europe-west4":            letters("europe-west4", "-", "abc"),
	"europe-west6":            letters("europe-west6", "-", "abc"),
	"europe-west8":            letters("europe-west8", "-", "abc"),
	"europe-west9":            letters("europe-west9", "-", "abc"),
	"me-central1":             letters("me-central1", "-", "abc"),
	"me-central2":             letters("me-central2", "-", "abc"),
	"me-west1":                letters("me-west1", "-", "abc"),
	"northamerica-northeast1": letters("northamerica-northeast1", "-", "abc"),
	"northamerica-northeast2": letters("northamerica-northeast2", "-", "abc"),
	"northamerica-south1":     letters("northamerica-south1", "-", "abc"),
	"southamerica-east1":      letters("southamerica-east1", "-", "abc"),
	"southamerica-west1":      letters("southamerica-west1", "-", "abc"),
	"us-central1":             letters("us-central1", "-", "abcf"),
	"us-east1":                letters("us-east1", "-", "bcd"),
	"us-east4":                letters("us-east4", "-", "abc"),
	"us-east5":                letters("us-east5", "-", "abc"),
	"us-south1":               letters("us-south1", "-", "abc"),
	"us-west1":                letters("us-west1", "-", "abc"),
	"us-west2":                letters("us-west2", "-", "abc"),
	"us-west3":                letters("us-west3", "-", "abc"),
	"us-west4":                letters("us-west4", "-", "abc"),
}

// digitalOceanRegions lists the regions of the Region enumeration of the
// DigitalOcean SDK and Atlanta, which is newer, without those in which DOKS is
// not offered (ams2, nyc2, sfo1: https://docs.digitalocean.com/products/kubernetes/).
// A region is one data center, or acts as one: there are no zones to choose.
var digitalOceanRegions = map[string][]string{
	"ams3": nil,
	"atl1": nil,
	"blr1": nil,
	"fra1": nil,
	"lon1": nil,
	"nyc1": nil,
	"nyc3": nil,
	"sfo2": nil,
	"sfo3": nil,
	"sgp1": nil,
	"syd1": nil,
	"tor1": nil,
}
