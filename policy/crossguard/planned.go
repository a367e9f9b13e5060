package crossguard

import (
	"sync"

	"google.golang.org/protobuf/types/known/structpb"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// planned keeps, during a preview, the inputs of resources for the rules over the
// stack as a whole. While the configuration of a provider is not known, as of a
// cluster that is still to be made, the engine does not ask it what a resource will
// be and hands on no properties at all, neither known nor unknown
// (https://github.com/pulumi/pulumi/blob/v3.259.0/pkg/resource/plugin/provider_plugin.go,
// Create). The inputs are then all there is to judge by.
type planned struct {
	mu     sync.Mutex
	inputs map[string]*structpb.Struct // by URN
}

func (p *planned) keep(req *pulumirpc.AnalyzeRequest) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.inputs == nil {
		p.inputs = map[string]*structpb.Struct{}
	}
	p.inputs[req.GetUrn()] = req.GetProperties()
}

// fill gives resources without properties their inputs.
func (p *planned) fill(resources []*pulumirpc.AnalyzerResource) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range resources {
		if inputs, ok := p.inputs[r.GetUrn()]; ok && len(r.GetProperties().GetFields()) == 0 {
			r.Properties = inputs
		}
	}
}

// previewing says whether a plan is judged.
func (s *Server) previewing() bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.state.stack.DryRun
}
