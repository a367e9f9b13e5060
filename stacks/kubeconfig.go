package stacks

import (
	"errors"
	"fmt"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// existingKubeconfig returns the kubeconfig of an existing cluster: the
// configured one, or the file kubectl would use. Certificates that the file
// only points to are put into it, so that it works on any machine.
func existingKubeconfig(cfg *Cluster) (string, error) {
	if cfg.Kubeconfig != "" {
		return cfg.Kubeconfig, nil
	}
	loaded, err := clientcmd.NewDefaultClientConfigLoadingRules().Load()
	switch {
	case err != nil:
		return "", fmt.Errorf("the kubeconfig kubectl would use cannot be read; check $KUBECONFIG or ~/.kube/config: %w", err)
	case len(loaded.Contexts) == 0:
		return "", errors.New("there is no kubeconfig: set KUBECONFIG, write ~/.kube/config, or set the cluster's kubeconfig in the configuration")
	}
	if cfg.Context != "" {
		if _, known := loaded.Contexts[cfg.Context]; !known {
			return "", fmt.Errorf("context %q is not in the kubeconfig; see `kubectl config get-contexts`", cfg.Context)
		}
		loaded.CurrentContext = cfg.Context
	}
	// Only what this cluster needs goes into the state.
	if err := clientcmdapi.MinifyConfig(loaded); err != nil {
		return "", fmt.Errorf("the kubeconfig's current context is not usable; name one with context: %w", err)
	}
	if err := clientcmdapi.FlattenConfig(loaded); err != nil {
		return "", fmt.Errorf("a file the kubeconfig points to cannot be read: %w", err)
	}
	text, err := clientcmd.Write(*loaded)
	return string(text), err
}
