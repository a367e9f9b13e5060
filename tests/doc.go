// Package tests runs whole stacks in the sandbox: the real engine, the real providers of Kubernetes and EKS, a real
// control plane for each cluster, and simulated clouds.
//
// The tests call the launcher as a user does and look at the clusters through their own API. They need the tools of the
// sandbox, which `make test` builds first; `go test -short` leaves them out.
package tests
