package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/utils/clock"
	nodefast "sigs.k8s.io/kwok/kustomize/stage/node/fast"
	nodeheartbeat "sigs.k8s.io/kwok/kustomize/stage/node/heartbeat"
	podfast "sigs.k8s.io/kwok/kustomize/stage/pod/fast"
	"sigs.k8s.io/kwok/pkg/apis/internalversion"
	"sigs.k8s.io/kwok/pkg/client/clientset/versioned"
	kwokconfig "sigs.k8s.io/kwok/pkg/config"
	"sigs.k8s.io/kwok/pkg/kwok/controllers"
	kwokclient "sigs.k8s.io/kwok/pkg/utils/client"
	"sigs.k8s.io/kwok/pkg/utils/gotpl"
)

// nodeSelector is the annotation of the nodes that kwok plays the kubelet of.
const nodeSelector = "kwok.x-k8s.io/node=fake"

// stageFiles are the lives of what a cloud's controllers would make ready: load balancers, ingresses and volumes.
//
//go:embed stages/*.yaml
var stageFiles embed.FS

// startNodes runs kwok: nodes stay Ready, Pods bound to them run, and the stages in stages/ happen.
func startNodes(ctx context.Context, kubeconfig string, failed chan<- error) error {
	stages, err := loadStages()
	if err != nil {
		return err
	}
	clients, err := kwokclient.NewClientset("", kubeconfig)
	if err != nil {
		return err
	}
	config, err := clients.ToRESTConfig()
	if err != nil {
		return err
	}
	mapper, err := clients.ToRESTMapper()
	if err != nil {
		return err
	}
	dynamic, err := clients.ToDynamicClient()
	if err != nil {
		return err
	}
	untyped, err := rest.RESTClientFor(config)
	if err != nil {
		return err
	}
	typed, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	kwokTyped, err := versioned.NewForConfig(config)
	if err != nil {
		return err
	}
	identity, err := controllers.Identity()
	if err != nil {
		return err
	}
	controller, err := controllers.NewController(controllers.Config{
		ID: identity, Clock: clock.RealClock{},
		DynamicClient: dynamic, RESTClient: untyped, RESTMapper: mapper, TypedClient: typed, TypedKwokClient: kwokTyped,
		ImpersonatingDynamicClient: clients.ToImpersonatingDynamicClient(), ImpersonatingTypedClient: clients.ToImpersonatingTypedClient(),
		ManageNodesWithAnnotationSelector: nodeSelector,
		LocalStages:                       stages,
		CIDR:                              podCIDR, NodeIP: "127.0.0.1",
		PodPlayStageParallelism: 4, NodePlayStageParallelism: 4, PodsOnNodeSyncParallelism: 4, NodeLeaseParallelism: 4,
		FuncMap: gotpl.FuncMap{"LoadBalancerIP": loadBalancerIP},
	})
	if err != nil {
		return err
	}
	go func() {
		if err := controller.Start(ctx); err != nil {
			failed <- ended(ctx, "kwok", err)
		}
	}()
	return nil
}

func loadStages() (map[internalversion.StageResourceRef][]*internalversion.Stage, error) {
	documents := []string{
		nodefast.DefaultNodeInit, nodeheartbeat.DefaultNodeHeartbeat,
		podfast.DefaultPodReady, podfast.DefaultPodComplete, podfast.DefaultPodDelete,
	}
	own, err := fs.Glob(stageFiles, "stages/*.yaml")
	if err != nil {
		return nil, err
	}
	for _, name := range own {
		content, err := stageFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		documents = append(documents, string(content))
	}
	stages := map[internalversion.StageResourceRef][]*internalversion.Stage{}
	for _, document := range documents {
		stage, err := kwokconfig.UnmarshalWithType[*internalversion.Stage](document)
		if err != nil {
			return nil, fmt.Errorf("stage: %w", err)
		}
		stages[stage.Spec.ResourceRef] = append(stages[stage.Spec.ResourceRef], stage)
	}
	if len(stages) == 0 {
		return nil, errors.New("no stages")
	}
	return stages, nil
}

// loadBalancerIP gives every object an address of its own out of 203.0.113.0/24, the third range that
// RFC 5737 keeps for documentation: nothing answers there.
func loadBalancerIP(uid string) string {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(uid))
	return fmt.Sprintf("203.0.113.%d", 1+hash.Sum32()%254)
}
