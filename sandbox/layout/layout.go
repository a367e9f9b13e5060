// Package layout says where the sandbox keeps things, and refuses a state folder of another layout.
package layout

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
)

// Version of the state folder's layout. Raise it when a launcher could not use a folder that an older one left.
const Version = "1"

// Names of the environment variables by which the launcher tells its child processes where things are.
const (
	CloudVariable = "AI_NOW_SANDBOX_CLOUD" // the directory of the stack's simulated clouds
	BinVariable   = "AI_NOW_SANDBOX_BIN"   // the directory of the tools
	CacheVariable = "AI_NOW_SANDBOX_CACHE" // overrides the directory that built tools are kept in
	StateVariable = "AI_NOW_SANDBOX_STATE" // overrides the state folder
)

// launcher is the program that sandbox/run builds into the state folder before anything else is in it.
const launcher = "launcher"

// ErrOtherVersion is the error of a state folder that another version of the sandbox left.
var ErrOtherVersion = errors.New("the state folder has another layout")

// Layout is where the sandbox of one checkout keeps things.
type Layout struct {
	Project string // the checkout: Pulumi.yaml and the sources
	State   string // all that runs leave behind; one ignored folder
	Cache   string // built tools, shared by all checkouts of this user
	Config  string // configuration file to use instead of the stack's own; empty for the stack's own
}

// Find returns the layout of the checkout that contains dir. State is .sandbox in the checkout and Cache is in the
// user's cache folder, unless the environment says otherwise.
func Find(dir string) (*Layout, error) {
	project, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	for {
		if _, err := os.Stat(filepath.Join(project, "Pulumi.yaml")); err == nil {
			break
		}
		parent := filepath.Dir(project)
		if parent == project {
			return nil, fmt.Errorf("no Pulumi.yaml in %s or above it; run this in a checkout of the platform", dir)
		}
		project = parent
	}
	state := os.Getenv(StateVariable)
	if state == "" {
		state = filepath.Join(project, ".sandbox")
	}
	cache := os.Getenv(CacheVariable)
	if cache == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return nil, fmt.Errorf("no folder to keep built tools in: %w; set %s", err, CacheVariable)
		}
		cache = filepath.Join(user, "ai-now", "sandbox")
	}
	if state, err = filepath.Abs(state); err != nil {
		return nil, err
	}
	if cache, err = filepath.Abs(cache); err != nil {
		return nil, err
	}
	return &Layout{Project: project, State: state, Cache: cache}, nil
}

// Prepare makes the state folder, or checks that the one there is of this version.
func (l *Layout) Prepare() error {
	file := filepath.Join(l.State, "version")
	content, err := os.ReadFile(file)
	switch {
	case err == nil:
		if found := strings.TrimSpace(string(content)); found != Version {
			return l.otherVersion(found)
		}
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	if entries, err := os.ReadDir(l.State); err == nil {
		for _, entry := range entries {
			if entry.Name() != launcher {
				return l.otherVersion("unknown")
			}
		}
	}
	if err := os.MkdirAll(l.State, 0o700); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(Version+"\n"), 0o600)
}

func (l *Layout) otherVersion(found string) error {
	return fmt.Errorf("%w: %s was left by layout %s and this launcher uses %s; "+
		"destroy its stacks with the version that made them, or run `make clean`, which ends their processes and deletes it",
		ErrOtherVersion, l.State, found, Version)
}

// Bin is the directory of the tools, the first on the engine's PATH.
func (l *Layout) Bin() string { return filepath.Join(l.State, "bin") }

// Charts is the folder of Helm charts that stands for their repositories.
func (l *Layout) Charts() string { return filepath.Join(l.Bin(), ChartsName) }

// Backend is the URL of the engine's state.
func (l *Layout) Backend() string { return "file://" + filepath.ToSlash(l.BackendDir()) }

// BackendDir is where the engine keeps the state of the stacks.
func (l *Layout) BackendDir() string { return filepath.Join(l.State, "backend") }

// PulumiHome is the engine's own folder.
func (l *Layout) PulumiHome() string { return filepath.Join(l.State, "pulumi-home") }

// Passphrase is the file with the passphrase that encrypts the secrets in the state of this sandbox.
func (l *Layout) Passphrase() string { return filepath.Join(l.State, "passphrase") }

// Stacks is the directory with a folder for each stack.
func (l *Layout) Stacks() string { return filepath.Join(l.State, "stacks") }

// Stack is the folder of one stack.
func (l *Layout) Stack(name string) Stack { return Stack{filepath.Join(l.Stacks(), name)} }

// Stack is the folder of one stack of the sandbox.
type Stack struct{ Dir string }

// Cloud is the directory of the stack's simulated clouds.
func (s Stack) Cloud() string { return filepath.Join(s.Dir, "cloud") }

// Clusters is the directory with the control planes of the stack's simulated clusters.
func (s Stack) Clusters() string { return filepath.Join(s.Cloud(), "clusters") }

// Run is the record of the engine's run that is under way, or that was killed.
func (s Stack) Run() string { return filepath.Join(s.Dir, "run.json") }

// Lock is the file that a launcher holds while it works on the stack.
func (s Stack) Lock() string { return filepath.Join(s.Dir, "lock") }

// SortedStacks returns the names of the stacks that have a folder here.
func (l *Layout) SortedStacks() ([]string, error) {
	entries, err := os.ReadDir(l.Stacks())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		if entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	sort.Strings(names)
	return names, nil
}

// stackName is what the engine accepts as the name of a stack.
var stackName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,100}$`)

// ErrNoStack is the error of a stack that has no configuration file.
var ErrNoStack = errors.New("no such stack")

// ConfigFile returns the configuration file of a stack, or an error that says which stacks there are.
func (l *Layout) ConfigFile(stack string) (string, error) {
	file := filepath.Join(l.Project, "Pulumi."+stack+".yaml")
	if stackName.MatchString(stack) {
		if l.Config != "" {
			if _, err := os.Stat(l.Config); err != nil {
				return "", fmt.Errorf("configuration file of stack %s: %w", stack, err)
			}
			return filepath.Abs(l.Config)
		}
		if _, err := os.Stat(file); err == nil {
			return file, nil
		}
	}
	files, err := filepath.Glob(filepath.Join(l.Project, "Pulumi.*.yaml"))
	if err != nil {
		return "", err
	}
	var known []string
	for _, f := range files {
		known = append(known, strings.TrimSuffix(strings.TrimPrefix(filepath.Base(f), "Pulumi."), ".yaml"))
	}
	sort.Strings(known)
	return "", fmt.Errorf("%w: %q; there are %s: name one with STACK=…, or write Pulumi.%s.yaml", ErrNoStack, stack, strings.Join(known, ", "), stack)
}

// ChartsName is what the folder of Helm charts is called beside the programs.
const ChartsName = "charts"
