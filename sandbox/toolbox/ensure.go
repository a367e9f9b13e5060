package toolbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/shirou/gopsutil/v4/disk"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"
)

const (
	// keep is how long a version of a tool that nobody used stays in the cache.
	keep = 14 * 24 * time.Hour
	// keepVersions is how many versions of a tool stay in the cache: enough to go back and forth between branches.
	keepVersions = 4
	// draftPrefix begins the name of a folder that a tool is being built in.
	draftPrefix = "draft-"
	// parallelBuilds is how many builds go on at once. Each uses all cores most of the time; the second one fills the
	// gaps that linking and single large packages leave.
	parallelBuilds = 2
)

// Options of Ensure.
type Options struct {
	Project string    // the checkout
	Cache   string    // where built tools are kept
	Bin     string    // where the links to them are made
	Report  *Reporter // what the user sees; required
}

// Ensure makes every program of the tools available in the Bin folder: found on PATH, kept from earlier, or built now.
// An interrupted build leaves nothing behind but the compiler's own cache and is taken up from there.
func Ensure(ctx context.Context, tools []*Tool, options Options) error {
	if err := os.MkdirAll(options.Bin, 0o700); err != nil {
		return err
	}
	var missing []*Tool
	var reused []string
	for _, tool := range tools {
		title, ok, err := reuse(ctx, tool, options)
		if err != nil {
			return err
		}
		if !ok {
			missing = append(missing, tool)
			continue
		}
		reused = append(reused, title)
	}
	if len(reused) > 0 {
		options.Report.Reused(reused)
	}
	if len(missing) == 0 {
		return nil
	}
	if err := checkNeeds(missing); err != nil {
		return err
	}
	if err := checkSpace(options.Cache, space(missing)); err != nil {
		return err
	}
	if err := buildAll(ctx, missing, options); err != nil {
		return err
	}
	return prune(options.Cache, time.Now().Add(-keep))
}

// reuse links the tool's programs if PATH or the cache has them.
func reuse(ctx context.Context, tool *Tool, options Options) (title string, ok bool, err error) {
	if tool.OnPath != nil {
		path, version, err := tool.OnPath(ctx)
		if err == nil {
			return fmt.Sprintf("%s %s (installed)", tool.Name, version), true, linkPath(tool, path, options.Bin)
		}
	}
	folder, err := tool.folder(options)
	if err != nil {
		return "", false, err
	}
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		return "", false, nil
	} else if err != nil {
		return "", false, err
	}
	now := time.Now()
	if err := os.Chtimes(folder, now, now); err != nil { // the time of last use, for prune
		return "", false, err
	}
	return tool.title(), true, link(tool, folder, options.Bin)
}

func (t *Tool) folder(options Options) (string, error) {
	key, err := t.Key(options.Project)
	if err != nil {
		return "", err
	}
	return filepath.Join(options.Cache, t.Name+"-"+key), nil
}

func buildAll(ctx context.Context, tools []*Tool, options Options) error {
	if err := os.MkdirAll(options.Cache, 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(options.Cache, cacheTag), []byte(cacheSignature+"\n"), 0o600); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	slots := make(chan struct{}, min(parallelBuilds, runtime.NumCPU()))
	var turn sync.Mutex // builds start in the order of the catalogue, the longest first
	for _, tool := range tools {
		if tool.Download {
			group.Go(func() error { return build(ctx, tool, options) })
		}
	}
	group.Go(func() error {
		builds, ctx := errgroup.WithContext(ctx)
		for _, tool := range tools {
			if tool.Download {
				continue
			}
			turn.Lock()
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
			}
			turn.Unlock()
			if ctx.Err() != nil {
				break
			}
			builds.Go(func() error {
				defer func() { <-slots }()
				return build(ctx, tool, options)
			})
		}
		return builds.Wait()
	})
	return group.Wait()
}

// build makes one tool in a folder of its own and gives it its name only when it is whole.
func build(ctx context.Context, tool *Tool, options Options) (err error) {
	folder, err := tool.folder(options)
	if err != nil {
		return err
	}
	unlock, err := lock(ctx, filepath.Join(options.Cache, tool.Name+".lock"))
	if err != nil {
		return err
	}
	defer unlock()
	if _, err := os.Stat(folder); err == nil { // another run built it while this one waited
		return link(tool, folder, options.Bin)
	}

	task := options.Report.Start(tool.title())
	logFile := filepath.Join(options.Cache, "logs", tool.Name+".log")
	defer func() { task.End(err) }()
	if err := os.MkdirAll(filepath.Dir(logFile), 0o700); err != nil {
		return err
	}
	log, err := os.Create(logFile)
	if err != nil {
		return err
	}
	defer log.Close()
	draft, err := os.MkdirTemp(options.Cache, draftPrefix+tool.Name+"-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(draft)) }()

	progress := task.Writer(log)
	if err := tool.Build(ctx, tool, options.Project, draft, progress); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("cannot build %s: %w\n%s\n(all of its output: %s)", tool.title(), err, indent(progress.Tail()), logFile)
	}
	for name, file := range tool.Programs {
		if _, err := os.Stat(filepath.Join(draft, file)); err != nil {
			return fmt.Errorf("building %s made no %s: %w", tool.title(), name, err)
		}
	}
	if err := os.Rename(draft, folder); err != nil {
		return err
	}
	return link(tool, folder, options.Bin)
}

func indent(lines []string) string { return "  " + strings.Join(lines, "\n  ") }

// link points the names of the tool's programs at its folder.
func link(tool *Tool, folder, bin string) error {
	for name, file := range tool.Programs {
		if err := symlink(filepath.Join(folder, file), filepath.Join(bin, name)); err != nil {
			return err
		}
	}
	return nil
}

// linkPath points the tool's one program at what PATH has.
func linkPath(tool *Tool, path, bin string) error {
	for name := range tool.Programs {
		if err := symlink(path, filepath.Join(bin, name)); err != nil {
			return err
		}
	}
	return nil
}

func symlink(target, name string) error {
	if current, err := os.Readlink(name); err == nil && current == target {
		return nil
	}
	temporary := fmt.Sprintf("%s.new-%d", name, os.Getpid())
	if err := os.Symlink(target, temporary); err != nil {
		return err
	}
	return os.Rename(temporary, name)
}

// lock waits for the lock on a file and returns what releases it.
func lock(ctx context.Context, file string) (func(), error) {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return func() { f.Close() }, nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, errors.Join(fmt.Errorf("lock %s: %w", file, err), f.Close())
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), f.Close())
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// checkNeeds names every program that is missing, at once.
func checkNeeds(tools []*Tool) error {
	wanted := map[string][]string{}
	for _, tool := range tools {
		for _, need := range tool.Needs {
			if _, err := exec.LookPath(need); err != nil {
				wanted[need] = append(wanted[need], tool.Name)
			}
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	var lines []string
	for need, tools := range wanted {
		lines = append(lines, fmt.Sprintf("%s, to build %s", need, strings.Join(tools, " and ")))
	}
	sort.Strings(lines)
	return fmt.Errorf("programs are missing on PATH: %s; install them and run this again", strings.Join(lines, "; "))
}

func space(tools []*Tool) uint64 {
	var sum uint64
	for _, tool := range tools {
		sum += tool.Space
	}
	return sum
}

// checkSpace looks whether the disk that dir is on, or will be on, has that many bytes free.
func checkSpace(dir string, need uint64) error {
	for {
		usage, err := disk.Usage(dir)
		if err == nil {
			if usage.Free < need {
				return fmt.Errorf("no space: %s has %.1f GiB free and building takes up to %.1f GiB; free some, or name another folder in AI_NOW_SANDBOX_CACHE (and Go's own in GOCACHE and GOMODCACHE)",
					dir, float64(usage.Free)/(1<<30), float64(need)/(1<<30))
			}
			return nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return err
		}
		dir = parent // the folder is not there yet; it will be on its parent's disk
	}
}

// prune deletes versions of tools that were last used before a time, all but the versions used last of each tool, and
// drafts that a killed run left.
func prune(cache string, before time.Time) error {
	entries, err := os.ReadDir(cache)
	if err != nil {
		return err
	}
	versions := map[string][]fs.FileInfo{} // by tool
	var failures []error
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || !entry.IsDir() || entry.Name() == "logs" {
			continue
		}
		if info.ModTime().Before(before) {
			failures = append(failures, os.RemoveAll(filepath.Join(cache, entry.Name())))
			continue
		}
		if end := strings.LastIndex(entry.Name(), "-"); end > 0 && !strings.HasPrefix(entry.Name(), draftPrefix) {
			tool := entry.Name()[:end]
			versions[tool] = append(versions[tool], info)
		}
	}
	for _, kept := range versions {
		slices.SortFunc(kept, func(a, b fs.FileInfo) int { return b.ModTime().Compare(a.ModTime()) })
		for _, info := range kept[min(len(kept), keepVersions):] {
			failures = append(failures, os.RemoveAll(filepath.Join(cache, info.Name())))
		}
	}
	return errors.Join(failures...)
}
