package clusters

import "encoding/json"

// kubeconfig is the part of a kubeconfig file this package writes and reads.
// JSON is YAML too, so it is written as JSON.
type kubeconfig struct {
	APIVersion     string         `json:"apiVersion"`
	Kind           string         `json:"kind"`
	CurrentContext string         `json:"current-context"`
	Clusters       []namedCluster `json:"clusters"`
	Contexts       []namedContext `json:"contexts"`
	Users          []namedUser    `json:"users"`
}

type namedCluster struct {
	Name    string        `json:"name"`
	Cluster clusterAccess `json:"cluster"`
}

type clusterAccess struct {
	Server string `json:"server"`
	CA     string `json:"certificate-authority-data"`
}

type namedContext struct {
	Name    string        `json:"name"`
	Context contextTarget `json:"context"`
}

type contextTarget struct {
	Cluster string `json:"cluster"`
	User    string `json:"user"`
}

type namedUser struct {
	Name string   `json:"name"`
	User execUser `json:"user"`
}

type execUser struct {
	Exec execCommand `json:"exec"`
}

// execCommand is a program that prints short-lived credentials, so that the
// kubeconfig itself holds none:
// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
type execCommand struct {
	APIVersion         string   `json:"apiVersion"`
	Command            string   `json:"command"`
	Args               []string `json:"args,omitempty"`
	InteractiveMode    string   `json:"interactiveMode"`
	ProvideClusterInfo bool     `json:"provideClusterInfo,omitempty"`
	InstallHint        string   `json:"installHint"`
}

// execKubeconfig writes a kubeconfig whose user runs a command to authenticate.
func execKubeconfig(name, server, ca string, command execCommand) (string, error) {
	command.APIVersion = "client.authentication.k8s.io/v1beta1"
	command.InteractiveMode = "Never" // a pipeline has nobody to ask
	text, err := json.Marshal(kubeconfig{
		APIVersion: "v1", Kind: "Config", CurrentContext: name,
		Clusters: []namedCluster{{name, clusterAccess{server, ca}}},
		Contexts: []namedContext{{name, contextTarget{name, name}}},
		Users:    []namedUser{{name, execUser{command}}},
	})
	return string(text), err
}
