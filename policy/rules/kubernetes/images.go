package kubernetes

import (
	"github.com/ai-now/platform/policy/rule"
	"github.com/ai-now/platform/policy/rules/controls"
)

func imageRules() []*rule.Rule {
	return []*rule.Rule{
		podImageTag(),        // every image names the version it is
		podImageDigest(),     // and cannot become another one
		podImageRegistry(),   // it comes from where it may come from
		podImagePullPolicy(), // and not from what a node happens to hold
	}
}

func podImageTag() *rule.Rule {
	return &rule.Rule{
		ID:       "pod-image-tag",
		Title:    "Images name the version they are",
		Severity: rule.Medium,
		On:       rule.Workloads(),
		Why: "An image without a tag is :latest, and :latest is another image tomorrow: two nodes run " +
			"two versions, and a rollback brings back the same tag.",
		Fix: "Name a version, as in registry.example.com/shop:1.4.2, or better the digest, as in " +
			"registry.example.com/shop@sha256:….",
		Controls: []rule.Control{nsa("Building secure container images")},
		Settings: []rule.Setting{{
			Name:        "movingTags",
			Type:        rule.StringList,
			Default:     []any{"latest"},
			Description: "Tags that do not name a version.",
		}},
		Check: rule.Expressions{rule.Each("variables.containers", "c",
			// The tag follows a colon in the last part of the path, for a colon before
			// that is the registry's port.
			`c.?image.orValue('') == '' || c.image.contains('@') || (c.image.matches(':[^/]+$') && `+
				`!settings.movingTags.exists(t, c.image.endsWith(':' + t)))`,
			`'container ' + c.name + ' runs the image ' + c.image + ','`, "which names no version")},
	}
}

func podImageDigest() *rule.Rule {
	return &rule.Rule{
		ID:       "pod-image-digest",
		Title:    "Images are pinned by their digest",
		Severity: rule.Low,
		Level:    rule.Advisory,
		On:       rule.Workloads(),
		Why: "A tag can be moved to another image by whoever may push to the registry. A digest is the " +
			"image: what was tested and signed is what runs.",
		Fix: "Add the digest to the tag, as in registry.example.com/shop:1.4.2@sha256:…. " +
			"`docker buildx imagetools inspect` prints it.",
		Controls: []rule.Control{nsa("Building secure container images")},
		Check: rule.Expressions{rule.Each("variables.containers", "c",
			`c.?image.orValue('') == '' || c.image.matches('@sha256:[0-9a-f]{64}$')`,
			`'container ' + c.name + ' runs the image ' + c.image + ','`, "which no digest pins")},
	}
}

// fullImage is the name of the image c.image with its registry: without one it is
// Docker Hub's, and there without a folder one of its own.
// https://github.com/distribution/reference/blob/main/normalize.go
const fullImage = `((c.image.matches('^([^/]*[.:][^/]*|localhost)/') ? '' : ` +
	`c.image.contains('/') ? 'docker.io/' : 'docker.io/library/') + c.image)`

func podImageRegistry() *rule.Rule {
	return &rule.Rule{
		ID:       "pod-image-registry",
		Title:    "Images come from registries that are trusted",
		Severity: rule.High,
		On:       rule.Workloads(),
		Why: "Anybody may publish an image under a name that looks like a known one. What runs in the " +
			"cluster is what somebody decided to trust, and nothing else.",
		Fix: "Copy the image to a registry of your own and name it there, or add its registry to the " +
			"setting registries when you trust everybody who may push to it.",
		Controls: []rule.Control{
			controls.Control(controls.CISEKS, "5.1.4", "Minimize Container Registries to only those approved"),
			nsa("Building secure container images"),
		},
		Settings: []rule.Setting{{
			Name: "registries",
			Type: rule.StringList,
			// Kubernetes' own images, Karpenter's, and those of images/.
			Default: []any{"registry.k8s.io", "public.ecr.aws/karpenter", "registry.digitalocean.com/ai-now"},
			Description: "Registries, or folders of one, that images may come from; a * stands for any characters " +
				"but a slash, as in 123456789012.dkr.ecr.*.amazonaws.com. Docker Hub is docker.io. An empty list allows all.",
		}},
		Check: rule.Expressions{rule.Each("variables.containers", "c",
			`c.?image.orValue('') == '' || settings.registries.size() == 0 || settings.registries.exists(r, `+
				// Anything else in a name would mean something in a pattern.
				`r.matches('^[A-Za-z0-9._:/*-]+$') && `+
				fullImage+`.matches('^' + r.replace('.', '\\.').replace('*', '[^/]*') + (r.endsWith('/') ? '' : '/')))`,
			`'container ' + c.name + ' runs the image ' + c.image + ','`, "whose registry is not allowed")},
	}
}

func podImagePullPolicy() *rule.Rule {
	return &rule.Rule{
		ID:       "pod-image-pull-policy",
		Title:    "Images are pulled from their registry",
		Severity: rule.Medium,
		On:       rule.Workloads(),
		Why: "With the pull policy Never a pod runs whatever a node has under that name: it starts on one node and " +
			"not on the next, and nobody checked that the pod may have the image.",
		Fix:      "Remove imagePullPolicy, or set it to IfNotPresent or Always.",
		Controls: []rule.Control{nsa("Building secure container images")},
		Check: rule.Expressions{rule.EachContainer("variables.containers",
			`c.?imagePullPolicy.orValue('IfNotPresent') != 'Never'`, "is never pulled from its registry")},
	}
}
