package crossguard

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/ai-now/platform/policy/configuration"
	"github.com/ai-now/platform/policy/rule"
)

// Server answers the engine for one pack. It is safe for concurrent calls.
type Server struct {
	pulumirpc.UnimplementedAnalyzerServer

	pack     *Pack
	observed *observation // nil when no record was asked for
	planned  planned

	// cancelled ends when the engine asks to stop.
	cancelled context.Context
	cancel    context.CancelFunc

	mu    sync.RWMutex
	state state
	plans map[string]*plan // by resource type; "" is the stack's
}

// state is what the engine told us.
type state struct {
	info       *pulumirpc.AnalyzerInfo
	rules      map[string]configuration.Resolved
	stack      rule.StackInfo
	exemptions []configuration.Exemption
	// layers are what the stack's configuration says about the rules.
	layers []configuration.Config
}

// plan is what there is to do for one type of resource.
type plan struct {
	judges   []enforced
	menders  []enforced
	silent   []*pulumirpc.PolicyNotApplicable // rules that do not judge this type
	unmended []*pulumirpc.PolicyNotApplicable // rules that do not mend this type
}

// enforced is a rule with what holds for it.
type enforced struct {
	*rule.Rule
	level         rule.Level
	circumstances rule.Circumstances
	// exemptions from the rule, expired ones too.
	exemptions []configuration.Exemption
}

// NewServer makes a server. It fails, with all mistakes at once, when the pack
// itself is wrong.
func NewServer(pack Pack) (*Server, error) {
	if err := pack.validate(); err != nil {
		return nil, fmt.Errorf("the policy pack is wrong:\n%w", err)
	}
	initial, err := pack.resolve()
	if err != nil {
		return nil, err
	}
	info, err := pack.info(initial)
	if err != nil {
		return nil, err
	}
	s := &Server{pack: &pack, observed: pack.observe(), plans: map[string]*plan{}}
	s.cancelled, s.cancel = context.WithCancel(context.Background())
	s.state = state{info: info, rules: initial, stack: rule.StackInfo{Environment: pack.Environment}}
	if pack.StackConfiguration != "" {
		// As if the engine had sent it.
		if _, err := s.ConfigureStack(s.cancelled, &pulumirpc.AnalyzerStackConfigureRequest{
			Config: map[string]string{pack.ConfigurationKey: pack.StackConfiguration},
		}); err != nil {
			return nil, errors.New(status.Convert(err).Message())
		}
	}
	return s, nil
}

// Handshake is the engine's first call. There is nothing to agree on.
func (s *Server) Handshake(
	context.Context, *pulumirpc.AnalyzerHandshakeRequest,
) (*pulumirpc.AnalyzerHandshakeResponse, error) {
	return &pulumirpc.AnalyzerHandshakeResponse{}, nil
}

// GetAnalyzerInfo describes the pack and its rules.
func (s *Server) GetAnalyzerInfo(context.Context, *emptypb.Empty) (*pulumirpc.AnalyzerInfo, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.state.info, nil
}

// GetPluginInfo tells the version of the pack.
func (s *Server) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: s.pack.Version}, nil
}

// ConfigureStack tells which stack is judged, and its configuration. The engine
// calls it before it asks for the pack's rules, and not when it looks at a state
// without a stack.
func (s *Server) ConfigureStack(
	_ context.Context, req *pulumirpc.AnalyzerStackConfigureRequest,
) (*pulumirpc.AnalyzerStackConfigureResponse, error) {
	environment := req.GetConfig()[s.pack.EnvironmentKey]
	if environment == "" {
		environment = s.pack.Environment
	}
	own, layers, err := s.pack.stackConfiguration(req.GetConfig()[s.pack.ConfigurationKey])
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	rules, err := s.pack.resolve(layers...)
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	info, err := s.pack.info(rules)
	if err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state.info, s.state.rules, s.state.layers, s.state.exemptions = info, rules, layers, own.Exemptions
	s.state.stack = rule.StackInfo{
		Name:         req.GetStack(),
		Project:      req.GetProject(),
		Organization: req.GetOrganization(),
		Environment:  environment,
		DryRun:       req.GetDryRun(),
		Exemptions:   toLookAt(own.Exemptions, s.pack.now()),
	}
	s.plans = map[string]*plan{}
	return &pulumirpc.AnalyzerStackConfigureResponse{}, nil
}

// Configure applies a user's configuration in place of an earlier one. All
// mistakes come back together, and then nothing is changed.
func (s *Server) Configure(_ context.Context, req *pulumirpc.ConfigureAnalyzerRequest) (*emptypb.Empty, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	layers := slices.Concat(s.state.layers, []configuration.Config{configFrom(req.GetPolicyConfig())})
	rules, err := s.pack.resolve(layers...)
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	s.state.rules = rules
	s.plans = map[string]*plan{}
	return &emptypb.Empty{}, nil
}

// Cancel ends the calls under way and, through [Server.Done], the process.
func (s *Server) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	s.cancel()
	return &emptypb.Empty{}, nil
}

// Done is closed when the engine asked to stop.
func (s *Server) Done() <-chan struct{} { return s.cancelled.Done() }

// stopped is the error of a call that was cancelled, or nil.
func (s *Server) stopped(ctx context.Context) error {
	if ctx.Err() != nil || s.cancelled.Err() != nil {
		return status.Error(codes.Canceled, "the policy pack was asked to stop")
	}
	return nil
}

// planFor is the plan for a type of resource, made when the type is first seen.
func (s *Server) planFor(typ string) *plan {
	s.mu.RLock()
	p, ok := s.plans[typ]
	s.mu.RUnlock()
	if ok {
		return p
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if p, ok := s.plans[typ]; ok {
		return p
	}
	p = s.makePlan(typ)
	s.plans[typ] = p
	return p
}

// stackType is the key of the plan for the stack as a whole; no resource has an
// empty type.
const stackType = ""

func (s *Server) makePlan(typ string) *plan {
	p := &plan{}
	for _, r := range s.pack.Rules {
		if r.On.Stack != (typ == stackType) {
			continue
		}
		holds := s.state.rules[r.ID]
		e := enforced{
			Rule:          r,
			level:         holds.Level,
			circumstances: rule.Circumstances{Settings: holds.Settings, Stack: s.state.stack, Evaluator: s.pack.Evaluator},
			exemptions:    s.state.exemptionsFrom(r.ID),
		}
		reason := ""
		switch {
		case holds.Level == rule.Disabled:
			reason = "the rule is disabled"
		case !r.On.Stack && !r.On.Matches(typ):
			reason = "the rule does not look at resources of this type"
		}
		if reason != "" {
			na := &pulumirpc.PolicyNotApplicable{PolicyName: r.ID, Reason: reason}
			p.silent = append(p.silent, na)
			p.unmended = append(p.unmended, na)
			continue
		}
		p.judges = append(p.judges, e)
		if holds.Level == rule.Remediate && r.Remedy != nil {
			p.menders = append(p.menders, e)
		} else {
			p.unmended = append(p.unmended, &pulumirpc.PolicyNotApplicable{
				PolicyName: r.ID, Reason: "the rule remediates nothing at its level",
			})
		}
	}
	return p
}
