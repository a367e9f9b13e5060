// Package clouds simulates AWS, Google Cloud and DigitalOcean at the boundary
// of the Pulumi provider: it speaks the protocol of resource providers, keeps
// every resource as a file, and returns what the real services return.
//
// # The tables
//
// A cloud is a table of types ([Cloud], [Type]): which input is named by the
// provider, which inputs replace the resource, what has a default, what the
// cloud computes, what it refuses. The generic provider ([Provider]) does the
// rest: Check, Diff, Create, Read, Update, Delete and imports are the same for
// all types. The tables are in aws_*.go, gcp_*.go and digitalocean_*.go.
//
// # What is real
//
// A managed cluster runs a Kubernetes control plane ([ControlPlanes]), and its
// address and credentials are the ones that the resource returns. A node pool
// makes nodes there, see package nodes.
//
// # Changes by hand
//
// A resource is a file, see package store. Who edits it plays the part of
// somebody at the cloud's console; a refresh reads the file, finds the inputs
// that would have made it so, and the engine shows the difference.
//
// # Interrupted updates
//
// An object is unconfirmed until the engine mentions it again. If the engine
// was killed before it wrote the object down, the next update makes the same
// resource once more, and the unconfirmed object makes way. A control plane
// that an interrupted update left running is found and used.
package clouds
