package main

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/spf13/pflag"
	"k8s.io/client-go/rest"
	cliflag "k8s.io/component-base/cli/flag"
	"k8s.io/component-base/compatibility"
	logsapi "k8s.io/component-base/logs/api/v1"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	apiserveroptions "k8s.io/kubernetes/cmd/kube-apiserver/app/options"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	controllermanageroptions "k8s.io/kubernetes/cmd/kube-controller-manager/app/options"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	scheduleroptions "k8s.io/kubernetes/cmd/kube-scheduler/app/options"
)

const (
	serviceCIDR = "10.96.0.0/16"
	podCIDR     = "10.244.0.0/16"
)

// options of the three components. They share one registry of feature gates, which is set once, after all
// three have been parsed; hence one cluster a process.
type options struct {
	apiServer         *apiserveroptions.ServerRunOptions
	controllerManager *controllermanageroptions.KubeControllerManagerOptions
	scheduler         *scheduleroptions.Options
	servingCert       string
	servingKey        string
}

func newOptions(files layout, address, etcdEndpoint string) (*options, error) {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	o := &options{
		apiServer:   apiserveroptions.NewServerRunOptions(),
		scheduler:   scheduleroptions.NewOptions(),
		servingCert: files.crt("apiserver"), servingKey: files.key("apiserver"),
	}
	if o.controllerManager, err = controllermanageroptions.NewKubeControllerManagerOptions(); err != nil {
		return nil, err
	}
	controllerManagerFlags := o.controllerManager.Flags(controllermanager.KnownControllers(),
		controllermanager.ControllersDisabledByDefault(), controllermanager.ControllerAliases())
	o.controllerManager.ParsedFlags = &controllerManagerFlags

	if err := errors.Join(
		parse("kube-apiserver", o.apiServer.Flags(), []string{
			"--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", "--secure-port=" + port,
			"--endpoint-reconciler-type=none", // there is no endpoint that Pods could reach
			"--etcd-servers=" + etcdEndpoint,
			"--etcd-cafile=" + files.crt("ca"), "--etcd-certfile=" + files.crt("etcd"), "--etcd-keyfile=" + files.key("etcd"),
			"--service-cluster-ip-range=" + serviceCIDR,
			"--authorization-mode=Node,RBAC",
			"--allow-privileged=true", // what may be privileged is for Pod Security to say
			"--client-ca-file=" + files.crt("ca"), "--token-auth-file=" + files.tokenAuthFile(),
			"--tls-cert-file=" + files.crt("apiserver"), "--tls-private-key-file=" + files.key("apiserver"),
			"--cert-dir=" + files.path("run"),
			"--service-account-issuer=https://kubernetes.default.svc",
			"--service-account-key-file=" + files.serviceAccountKey(),
			"--service-account-signing-key-file=" + files.serviceAccountKey(),
			"--enable-admission-plugins=NodeRestriction",
			// Nobody runs behind a webhook here: its Pods are simulated.
			"--disable-admission-plugins=MutatingAdmissionWebhook,ValidatingAdmissionWebhook",
			"--profiling=false",
		}),
		parse("kube-controller-manager", controllerManagerFlags, []string{
			"--kubeconfig=" + files.kubeconfig(), "--leader-elect=false", "--secure-port=0",
			"--root-ca-file=" + files.crt("ca"), "--service-account-private-key-file=" + files.serviceAccountKey(),
			"--cluster-signing-cert-file=" + files.crt("ca"), "--cluster-signing-key-file=" + files.key("ca"),
			"--allocate-node-cidrs=true", "--cluster-cidr=" + podCIDR, "--service-cluster-ip-range=" + serviceCIDR,
		}),
		parse("kube-scheduler", *o.scheduler.Flags, []string{
			"--kubeconfig=" + files.kubeconfig(), "--leader-elect=false", "--secure-port=0",
		}),
	); err != nil {
		return nil, err
	}

	registry := o.apiServer.GenericServerRunOptions.ComponentGlobalsRegistry
	if err := registry.Set(); err != nil {
		return nil, err
	}
	// All three apply the same logging options to one process; the second and third time must not fail.
	logsapi.ReapplyHandling = logsapi.ReapplyHandlingIgnoreUnchanged
	rest.SetDefaultWarningHandler(rest.NoWarnings{})
	return o, logsapi.ValidateAndApply(o.apiServer.Logs, registry.FeatureGateFor(compatibility.DefaultKubeComponent))
}

func parse(component string, named cliflag.NamedFlagSets, args []string) error {
	flags := pflag.NewFlagSet(component, pflag.ContinueOnError)
	for _, set := range named.FlagSets {
		flags.AddFlagSet(set)
	}
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("%s: %w", component, err)
	}
	return nil
}

func (o *options) startAPIServer(ctx context.Context, failed chan<- error) error {
	completed, err := o.apiServer.Complete(ctx)
	if err != nil {
		return err
	}
	if err := errors.Join(completed.Validate()...); err != nil {
		return err
	}
	config, err := apiserver.NewConfig(completed)
	if err != nil {
		return err
	}
	// Requests to Services of aggregated APIs would leave the machine by its default route.
	if config.Aggregator.ExtraConfig.ServiceResolver, err = startAggregatedBackend(ctx, o.servingCert, o.servingKey); err != nil {
		return err
	}
	completedConfig, err := config.Complete()
	if err != nil {
		return err
	}
	server, err := apiserver.CreateServerChain(completedConfig)
	if err != nil {
		return err
	}
	prepared, err := server.PrepareRun()
	if err != nil {
		return err
	}
	go func() { failed <- ended(ctx, "kube-apiserver", prepared.Run(ctx)) }()
	return nil
}

func (o *options) startControllerManager(ctx context.Context, failed chan<- error) error {
	config, err := o.controllerManager.Config(ctx, controllermanager.KnownControllers(),
		controllermanager.ControllersDisabledByDefault(), controllermanager.ControllerAliases())
	if err != nil {
		return err
	}
	go func() {
		failed <- ended(ctx, "kube-controller-manager", controllermanager.Run(ctx, config.Complete()))
	}()
	return nil
}

func (o *options) startScheduler(ctx context.Context, failed chan<- error) error {
	config, instance, err := scheduler.Setup(ctx, o.scheduler)
	if err != nil {
		return err
	}
	go func() { failed <- ended(ctx, "kube-scheduler", scheduler.Run(ctx, config, instance)) }()
	return nil
}

// ended says why a component ended: because all of them do, or by itself, which is always a failure.
func ended(ctx context.Context, component string, err error) error {
	switch {
	case ctx.Err() != nil:
		return nil
	case err == nil:
		return fmt.Errorf("%s ended", component)
	default:
		return fmt.Errorf("%s: %w", component, err)
	}
}
