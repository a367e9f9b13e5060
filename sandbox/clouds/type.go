package clouds

import (
	"context"
	"fmt"
	"time"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

// Type is one row of a cloud's table: what the simulated cloud knows about one
// type of resource. Inputs are kept and returned as they are; a type says what
// is particular about it. Paths are those of package props; a path stands for
// everything below it, and positions in lists are left out of it.
type Type struct {
	// Token is the Pulumi type token, such as aws:ec2/vpc:Vpc.
	Token string
	// Noun is what error messages call it.
	Noun string
	// Does says what happens beyond keeping the object, for the reference in docs/.
	Does string

	// Required inputs; without one of them Check fails.
	Required []string
	// Autoname is the input that gets a generated name; nil if there is none.
	Autoname *Autoname
	// Immutable inputs: to change one means to replace the resource.
	Immutable []string
	// Defaults are the values the provider gives inputs left out.
	Defaults props.Object
	// OptionalComputed inputs get their value from the cloud when left out:
	// unknown in a preview, and taking one out of the program changes nothing.
	OptionalComputed []string
	// Computed outputs are never inputs; a preview shows them as unknown.
	Computed []string
	// ComputedByUpdate lists the computed outputs that any update changes.
	ComputedByUpdate []string
	// Sets are lists whose order means nothing.
	Sets []string
	// Maps are objects whose keys the user chooses, besides tags, labels and the like.
	Maps []string
	// Secret outputs.
	Secret []string
	// WriteOnly inputs tell the provider something and are no part of the
	// cloud's object: they are in the program's state, not in the store.
	WriteOnly []string
	// Untagged types have neither tags nor tagsAll.
	Untagged bool
	// DeleteBeforeReplace is for resources of which the cloud allows one at a time.
	DeleteBeforeReplace bool

	// Check looks for mistakes that can be seen before anything is made. Inputs may be unknown.
	Check func(c *Call) []Failure
	// Replaced names inputs that are immutable for the values they had and get: a version that goes down, a range that shrinks.
	Replaced func(old, in props.Object) []string
	// Known fills in outputs that the real provider knows in a preview already. It runs in create and update, too.
	Known func(c *Call)
	// Create validates against the rest of the cloud, fills in the computed
	// outputs in c.Props and returns the id. It runs alone in the cloud and
	// must be quick.
	Create func(c *Call) (id string, err error)
	// Update does the same for a change; c.Old holds the object before it.
	Update func(c *Call) error
	// Delete refuses what the cloud refuses. It runs alone in the cloud and must be quick.
	Delete func(c *Call) error

	// Exclusive names what only one Create, Update or Delete at a time may work on; empty for nothing.
	Exclusive func(c *Call) string
	// Realize makes real what the object stands for: control planes, nodes. It
	// follows Create and Update, may take its time, and may add to c.Props.
	Realize func(ctx context.Context, c *Call) error
	// Remove undoes Realize before the object is deleted, and after it vanished.
	Remove func(ctx context.Context, c *Call) error
	// Observe brings what is real in line with an object that somebody may have edited.
	Observe func(ctx context.Context, c *Call) error
}

// Autoname says how a provider names what the program does not.
type Autoname struct {
	Property  string
	Prefix    string // put before the name, such as alias/
	MaxLength int    // 0: no limit
	Lower     bool   // names are lower case
}

// Failure is a mistake in one input.
type Failure struct {
	Property string
	Reason   string
}

// Call is one request about one resource.
type Call struct {
	*Env
	Type *Type
	// URN and Name are those of the resource in the program.
	URN, Name string
	// ID is set in all calls but Check and Create.
	ID string
	// Props are the properties to be kept: in Create the inputs with defaults, in Delete the object's.
	Props props.Object
	// Old is the object before an update, nil otherwise.
	Old props.Object
}

// Env is what the tables may use.
type Env struct {
	// Cloud is the name of the provider: aws, gcp or digitalocean.
	Cloud string
	// Region, Zone and Project come from the provider's configuration.
	Region, Zone, Project string
	// DefaultTags are added to tagsAll (aws) or to the effective labels (gcp).
	DefaultTags map[string]string
	Store       *store.Store
	Planes      ControlPlanes
	// Now is the time in UTC.
	Now func() time.Time
}

// Errorf makes an error in the voice of the simulated cloud.
func (e *Env) Errorf(format string, a ...any) error {
	return fmt.Errorf("simulated %s: %s", e.Cloud, fmt.Sprintf(format, a...))
}

// Find returns an object that another one refers to, or an error that says it is missing.
func (c *Call) Find(typ, id, code string) (*store.Object, error) {
	o, err := c.Store.Get(typ, id)
	if err != nil {
		if isNotExist(err) {
			return nil, c.Errorf("%s: %s %q does not exist", code, typ, id)
		}
		return nil, c.Errorf("%v", err)
	}
	return o, nil
}

// Others lists the objects of a type for which keep is true.
func (e *Env) Others(typ string, keep func(o *store.Object) bool) ([]*store.Object, error) {
	all, err := e.Store.List(typ)
	if err != nil {
		return nil, e.Errorf("%v", err)
	}
	var out []*store.Object
	for _, o := range all {
		if keep(o) {
			out = append(out, o)
		}
	}
	return out, nil
}

// Timestamp is the time as the clouds' APIs write it.
func (e *Env) Timestamp() string { return e.Now().Format(time.RFC3339) }

// Function answers one invoke. A wrong argument or nothing found is an error.
type Function func(e *Env, args props.Object) (props.Object, error)

// Cloud is the table of one provider.
type Cloud struct {
	// Name is the provider's: aws, gcp, digitalocean.
	Name string
	// Version is reported to the engine, which warns if it is below the SDK's.
	Version string
	// NeedsRegion: without a region the provider does not start.
	NeedsRegion bool
	// RegionFrom and ProjectFrom name the environment variables that may hold the region and the project.
	RegionFrom, ProjectFrom []string
	// Source is the pattern of the Go files that hold the types, for error messages.
	Source string
	// TagsProperty is the name of the input that the provider's default tags are added to, TagsAll the output.
	TagsProperty, TagsAll string
	Types                 []*Type
	Functions             map[string]Function
}

// Type finds a type by its token.
func (c *Cloud) Type(token string) *Type {
	for _, t := range c.Types {
		if t.Token == token {
			return t
		}
	}
	return nil
}

// setDefaults gives inputs that the program left out the values that the cloud chose.
func setDefaults(o, values props.Object) {
	for k, v := range values {
		if v != nil && (o[k] == nil || props.IsUnknown(o[k])) {
			o[k] = v
		}
	}
}
