package host

import (
	"context"
	"debug/buildinfo"
	"fmt"
	"regexp"
	"runtime/debug"
	"strings"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// sdk matches the module of a provider's SDK and holds the provider's name.
var sdk = regexp.MustCompile(`^github\.com/pulumi/pulumi-([a-z0-9-]+)/sdk(?:/v[0-9]+)?$`)

// GetRequiredPackages returns the providers of the SDKs that the program was compiled with, in their versions: the
// compiler has written them into the program.
func (h *Host) GetRequiredPackages(context.Context, *pulumirpc.GetRequiredPackagesRequest) (*pulumirpc.GetRequiredPackagesResponse, error) {
	info, err := buildinfo.ReadFile(h.Program)
	if err != nil {
		return nil, fmt.Errorf("the modules of %s are not known: %w", h.Program, err)
	}
	return &pulumirpc.GetRequiredPackagesResponse{Packages: Providers(info.Deps)}, nil
}

// Providers returns the providers whose SDKs are among the modules.
func Providers(modules []*debug.Module) []*pulumirpc.PackageDependency {
	var providers []*pulumirpc.PackageDependency
	for _, module := range modules {
		if match := sdk.FindStringSubmatch(module.Path); match != nil {
			providers = append(providers, &pulumirpc.PackageDependency{Name: match[1], Kind: "resource", Version: module.Version})
		}
	}
	return providers
}

// GetProgramDependencies returns the modules that the program was compiled with.
func (h *Host) GetProgramDependencies(context.Context, *pulumirpc.GetProgramDependenciesRequest) (*pulumirpc.GetProgramDependenciesResponse, error) {
	info, err := buildinfo.ReadFile(h.Program)
	if err != nil {
		return nil, fmt.Errorf("the modules of %s are not known: %w", h.Program, err)
	}
	response := &pulumirpc.GetProgramDependenciesResponse{}
	for _, module := range info.Deps {
		response.Dependencies = append(response.Dependencies, &pulumirpc.DependencyInfo{Name: module.Path, Version: strings.TrimPrefix(module.Version, "v")})
	}
	return response, nil
}
