package kubeconfig

import (
	"errors"
	"fmt"

	"sigs.k8s.io/yaml"
)

// Choice is a kubeconfig with the wanted context as its current one, and where
// it leads.
type Choice struct{ Text, Server string }

// Choose makes context the current one of a kubeconfig and finds the
// server behind it. Errors show names, never content.
func Choose(text, context string) (*Choice, error) {
	var known File
	var whole map[string]any
	if err := yaml.Unmarshal([]byte(text), &known); err != nil {
		return nil, errors.New("kubeconfig is not a kubeconfig file: it cannot be read as YAML")
	}
	if err := yaml.Unmarshal([]byte(text), &whole); err != nil || len(known.Contexts) == 0 {
		return nil, errors.New("kubeconfig is not a kubeconfig file, or has no context; pass the content of one that works with kubectl")
	}
	if context == "" {
		context = known.CurrentContext
	}
	var names []string
	for _, c := range known.Contexts {
		names = append(names, c.Name)
		if c.Name != context {
			continue
		}
		for _, cluster := range known.Clusters {
			if cluster.Name != c.Context.Cluster {
				continue
			}
			whole["current-context"] = context
			out, err := yaml.Marshal(whole)
			if err != nil {
				return nil, err
			}
			return &Choice{string(out), cluster.Cluster.Server}, nil
		}
		return nil, fmt.Errorf("context %q of the kubeconfig names the cluster %q, which is not in it", context, c.Context.Cluster)
	}
	return nil, fmt.Errorf("context %q is not in the kubeconfig; it has %q", context, names)
}
