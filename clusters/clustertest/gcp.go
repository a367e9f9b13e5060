package clustertest

import (
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"

	"github.com/ai-now/platform/clusters/spec"
)

// GKE returns the arguments of a highly available cluster on Google Cloud.
func GKE() *spec.Cluster {
	return &spec.Cluster{
		Cloud: "gcp", Project: "example", Region: "europe-west1", Zones: []string{"europe-west1-b", "europe-west1-c", "europe-west1-d"}, Version: "1.35",
		HighlyAvailable: true, APIServerAccess: []string{"203.0.113.0/24"},
		Network:   spec.Network{Nodes: "10.16.0.0/20", Pods: "10.20.0.0/14", Services: "10.17.0.0/20", ControlPlane: "172.16.0.0/28"},
		NodePools: Pools("e2-standard-4"), Owner: Owner, DeletionProtection: true,
	}
}

// ProjectNumber is that of the project of the tests.
const ProjectNumber = "123456789012"

// gcpFunctions answers the functions of Google Cloud.
var gcpFunctions = map[string]func(in resource.PropertyMap) map[string]any{
	"gcp:organizations/getProject:getProject": func(in resource.PropertyMap) map[string]any {
		return map[string]any{"id": "projects/" + in["projectId"].StringValue(), "projectId": in["projectId"].StringValue(), "number": ProjectNumber}
	},
	"gcp:storage/getProjectServiceAccount:getProjectServiceAccount": func(in resource.PropertyMap) map[string]any {
		email := "service-" + ProjectNumber + "@gs-project-accounts.iam.gserviceaccount.com"
		return map[string]any{"id": email, "emailAddress": email, "member": "serviceAccount:" + email, "project": in["project"].StringValue()}
	},
}

var gcpComputed = map[string]computation{
	"gcp:container/cluster:Cluster": func(string, resource.PropertyMap) map[string]any {
		return map[string]any{
			"endpoint": "10.9.8.7", "masterVersion": "1.35.1-gke.1",
			"masterAuth": map[string]any{
				"clusterCaCertificate":    ca,
				"clientCertificateConfig": map[string]any{"issueClientCertificate": false},
			},
		}
	},
	"gcp:serviceaccount/account:Account": func(name string, _ resource.PropertyMap) map[string]any {
		email := name + "@example.iam.gserviceaccount.com"
		return map[string]any{"email": email, "name": "projects/example/serviceAccounts/" + email}
	},
	"gcp:compute/network:Network":       selfLink,
	"gcp:compute/subnetwork:Subnetwork": selfLink,
	"gcp:compute/address:Address": func(name string, _ resource.PropertyMap) map[string]any {
		return map[string]any{"selfLink": "https://www.googleapis.com/compute/v1/" + name, "address": "address-of-" + name}
	},
	"gcp:storage/bucket:Bucket": func(name string, _ resource.PropertyMap) map[string]any {
		return map[string]any{"name": name + "-1234567", "url": "gs://" + name + "-1234567"}
	},
	"gcp:dns/managedZone:ManagedZone": func(string, resource.PropertyMap) map[string]any {
		return map[string]any{"nameServers": []any{"ns-cloud-a1.googledomains.com.", "ns-cloud-a2.googledomains.com."}}
	},
	"gcp:projects/iAMCustomRole:IAMCustomRole": func(_ string, in resource.PropertyMap) map[string]any {
		return map[string]any{"name": "projects/example/roles/" + in["roleId"].StringValue()}
	},
	"gcp:monitoring/notificationChannel:NotificationChannel": func(name string, _ resource.PropertyMap) map[string]any {
		return map[string]any{"name": "projects/example/notificationChannels/" + name}
	},
}
