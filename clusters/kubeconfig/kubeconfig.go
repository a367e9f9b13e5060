// Package kubeconfig writes the kubeconfigs of the clusters made here and reads
// those of clusters that exist.
package kubeconfig

import "encoding/json"

// File is the part of a kubeconfig file this package writes and reads. JSON is
// YAML too, so it is written as JSON.
type File struct {
	APIVersion     string         `json:"apiVersion"`
	Kind           string         `json:"kind"`
	CurrentContext string         `json:"current-context"`
	Clusters       []NamedCluster `json:"clusters"`
	Contexts       []NamedContext `json:"contexts"`
	Users          []NamedUser    `json:"users"`
}

// NamedCluster is a cluster and its name in the file.
type NamedCluster struct {
	Name    string        `json:"name"`
	Cluster ClusterAccess `json:"cluster"`
}

// ClusterAccess is how a cluster is reached.
type ClusterAccess struct {
	Server string `json:"server"`
	CA     string `json:"certificate-authority-data"`
}

// NamedContext is a context and its name in the file.
type NamedContext struct {
	Name    string        `json:"name"`
	Context ContextTarget `json:"context"`
}

// ContextTarget is where a context leads, by name.
type ContextTarget struct {
	Cluster string `json:"cluster"`
	User    string `json:"user"`
}

// NamedUser is a user and its name in the file.
type NamedUser struct {
	Name string   `json:"name"`
	User ExecUser `json:"user"`
}

// ExecUser is a user whose credentials come from a command.
type ExecUser struct {
	Exec Command `json:"exec"`
}

// Command is a program that prints short-lived credentials, so that the
// kubeconfig itself holds none:
// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
type Command struct {
	APIVersion         string   `json:"apiVersion"`
	Command            string   `json:"command"`
	Args               []string `json:"args,omitempty"`
	InteractiveMode    string   `json:"interactiveMode"`
	ProvideClusterInfo bool     `json:"provideClusterInfo,omitempty"`
	InstallHint        string   `json:"installHint"`
}

// Exec writes a kubeconfig whose user runs a command to authenticate.
func Exec(name, server, ca string, command Command) (string, error) {
	command.APIVersion = "client.authentication.k8s.io/v1beta1"
	command.InteractiveMode = "Never" // a pipeline has nobody to ask
	text, err := json.Marshal(File{
		APIVersion: "v1", Kind: "Config", CurrentContext: name,
		Clusters: []NamedCluster{{name, ClusterAccess{server, ca}}},
		Contexts: []NamedContext{{name, ContextTarget{name, name}}},
		Users:    []NamedUser{{name, ExecUser{command}}},
	})
	return string(text), err
}
