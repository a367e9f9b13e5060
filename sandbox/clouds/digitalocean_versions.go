package clouds

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

// doksLatest is the slug of the version that the control planes really have.
const doksLatest = Release + "-do.0"

// doksVersions are what the sandbox has, the newest first. The earlier one is there to upgrade from; its control planes
// are of the same release as all others.
var doksVersions = []string{doksLatest, "1.34.1-do.5"}

var (
	doksSlug  = regexp.MustCompile(`^1\.\d+\.\d+-do\.\d+$`)
	doksMinor = regexp.MustCompile(`^1\.\d+$`)
)

// doksVersion turns what a program may ask for, a slug, a minor version or latest, into a slug, as the API does.
func doksVersion(v string) (string, error) {
	want, ok := minor(v)
	have, _ := minor(Release)
	switch {
	case v == "latest", ok && want == have && doksMinor.MatchString(v):
		return doksLatest, nil
	case doksSlug.MatchString(v):
		return v, nil
	case doksMinor.MatchString(v):
		return v + ".0-do.0", nil
	}
	return "", fmt.Errorf("%q is no version of DOKS: give a slug such as %s, a minor version such as 1.%d, or latest", v, doksLatest, have)
}

func doVersions(e *Env, args props.Object) (props.Object, error) {
	var valid []any
	for _, version := range doksVersions {
		if strings.HasPrefix(version, props.Str(args, "versionPrefix")) {
			valid = append(valid, version)
		}
	}
	if len(valid) == 0 {
		return nil, e.Errorf("no version of DOKS begins with %q: the sandbox has %s", props.Str(args, "versionPrefix"), strings.Join(doksVersions, ", "))
	}
	return props.Object{"id": doksLatest, "latestVersion": valid[0], "validVersions": valid, "versionPrefix": args["versionPrefix"]}, nil
}

// doksRelease are the numbers of a version: of 1.35.4-do.0 they are 1, 35, 4 and 0.
func doksRelease(v string) ([]int, bool) {
	var out []int
	for _, part := range strings.FieldsFunc(strings.Replace(v, "-do.", ".", 1), func(r rune) bool { return r == '.' }) {
		n, err := strconv.Atoi(part)
		if err != nil {
			return nil, false
		}
		out = append(out, n)
	}
	return out, len(out) > 1
}

func doSetVersion(c *Call) error {
	v, err := doksVersion(props.Str(c.Props, "version"))
	if err != nil {
		return c.Errorf("422 unprocessable_entity: %v", err)
	}
	c.Props["version"] = v
	return nil
}
