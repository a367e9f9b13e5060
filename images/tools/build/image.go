// Package build builds the images for real, runs them, and measures both.
//
// With Docker it builds on the real base images. Without, it uses Debian's buildah, which needs no daemon, and where no
// registry can be reached, base images made on this machine: see StandIns.
package build

import "time"

// Image is one that is built.
type Image struct {
	// Name of the image and of its folder.
	Name string
	// Dockerfile and build context, from the checkout's root.
	Dockerfile, Context string
	// Command that shows that it works, in place of its entry point; nil for one that serves.
	Command []string
	// Env it is run with.
	Env []string
	// Scratch is a folder that it may write to, empty for none.
	Scratch string
	// Memory limit that it is run with, in bytes.
	Memory int64
	// Budget is what it may become before somebody has to think about it.
	Budget Budget
}

// Budget of an image.
type Budget struct {
	// Pull is the size of its layers as a registry has them, the base's included, in bytes.
	Pull int64
	// Layers that it adds to its base.
	Layers int
}

const mib = 1 << 20

// Images are the production images. The budgets leave a sixth over what was measured, Alpine's own layer with its three
// to four MiB included.
var Images = []Image{
	{
		Name: "sample", Dockerfile: "images/sample/Dockerfile", Context: "images/sample",
		Memory: 64 * mib, Budget: Budget{Pull: 12 * mib, Layers: 1},
	},
	{
		Name: "debug", Dockerfile: "images/debug/Dockerfile", Context: ".",
		Command: []string{"/bin/sh", "-c", "kubectl version --client && grpcurl -version && crane version && pprof -h 2>&1 | head -n 1"},
		Scratch: "/scratch", Memory: 256 * mib, Budget: Budget{Pull: 48 * mib, Layers: 3},
	},
	{
		Name: "runner", Dockerfile: "images/runner/Dockerfile", Context: ".",
		Command: []string{"/bin/sh", "-c", "pulumi version && kubectl version --client && pulumi-analyzer-policy-go --version && pulumi stack ls --all"},
		Env:     []string{"PULUMI_BACKEND_URL=file:///scratch"},
		Scratch: "/scratch", Memory: 512 * mib, Budget: Budget{Pull: 120 * mib, Layers: 6},
	},
}

// Measured is what was found out about an image.
type Measured struct {
	Image Image
	// Layers, the base's first, with their sizes in bytes.
	Layers []Layer
	// OwnLayers are those that it adds to its base.
	OwnLayers int
	// Start is the time from the start of the container until it answers, or until its command is done.
	Start time.Duration
	// Peak is the most memory that it used, in bytes; 0 where the kernel does not tell.
	Peak int64
	// Proofs say what was seen of the running container.
	Proofs []string
}

// Layer of an image.
type Layer struct {
	// Pull is its size as a registry has it, Disk unpacked.
	Pull, Disk int64
}

// Pull is the size of all layers as a registry has them.
func (m Measured) Pull() (sum int64) {
	for _, layer := range m.Layers {
		sum += layer.Pull
	}
	return sum
}

// Disk is the size of all layers, unpacked.
func (m Measured) Disk() (sum int64) {
	for _, layer := range m.Layers {
		sum += layer.Disk
	}
	return sum
}
