package clouds

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

// oneOf finds a known value that the provider's schema does not have.
func oneOf(o props.Object, path string, allowed ...string) []Failure {
	v := props.Str(o, path)
	if v == "" || slices.Contains(allowed, v) {
		return nil
	}
	return []Failure{{path, fmt.Sprintf("%q is none of %s", v, strings.Join(allowed, ", "))}}
}

// between finds a known number outside its limits.
func between(o props.Object, path string, least, most int) []Failure {
	n, ok := props.Int(o, path)
	if !ok || (n >= least && n <= most) {
		return nil
	}
	return []Failure{{path, fmt.Sprintf("%d is not between %d and %d", n, least, most)}}
}

// exactlyOne finds inputs of which the provider takes one and no more.
func exactlyOne(o props.Object, paths ...string) []Failure {
	switch given := present(o, paths); {
	case len(given) == 0:
		return []Failure{{paths[0], fmt.Sprintf("one of %s must be set", strings.Join(paths, ", "))}}
	case len(given) > 1:
		return []Failure{{given[1], strings.Join(given, " and ") + " cannot be set together: take one"}}
	}
	return nil
}

// atMostOne finds inputs that exclude each other.
func atMostOne(o props.Object, paths ...string) []Failure {
	if len(present(o, paths)) > 1 {
		return exactlyOne(o, paths...)
	}
	return nil
}

func present(o props.Object, paths []string) []string {
	return slices.DeleteFunc(slices.Clone(paths), func(p string) bool { return empty(props.Get(o, p)) || props.Get(o, p) == nil })
}

// gcpLabelKey and gcpLabelValue are the forms of labels. cloud.google.com/resource-manager/docs/labels-overview.
var (
	gcpLabelKey   = regexp.MustCompile(`^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{N}_-]{0,62}$`)
	gcpLabelValue = regexp.MustCompile(`^[\p{Ll}\p{Lo}\p{N}_-]{0,63}$`)
)

// gcpCheckLabels finds labels that no service of Google Cloud takes.
func gcpCheckLabels(o props.Object, path string) []Failure {
	var f []Failure
	labels := props.StrMap(o, path)
	for _, k := range props.SortedKeys(labels) {
		if !gcpLabelKey.MatchString(k) || !gcpLabelValue.MatchString(labels[k]) {
			f = append(f, Failure{props.Join(path, k), fmt.Sprintf("the label %s=%s has another form than Google's: lower-case letters, digits, _ and -, a letter first in the key, 63 characters at most", k, labels[k])})
		}
	}
	if most := 64; len(labels) > most {
		f = append(f, Failure{path, fmt.Sprintf("%d labels: a resource takes %d", len(labels), most)})
	}
	return f
}

// gcpSeconds reads a duration in the form of Google's APIs, such as 7776000s.
func gcpSeconds(s string) (float64, bool) {
	digits, ok := strings.CutSuffix(s, "s")
	n, err := strconv.ParseFloat(digits, 64)
	return n, ok && err == nil
}

// gcpCheckSeconds finds a duration of another form or outside its limits in seconds.
func gcpCheckSeconds(o props.Object, path string, least, most float64) []Failure {
	s := props.Str(o, path)
	if s == "" {
		return nil
	}
	n, ok := gcpSeconds(s)
	if !ok {
		return []Failure{{path, fmt.Sprintf("%q is no duration: write it in seconds, such as 7776000s", s)}}
	}
	if n < least || n > most {
		return []Failure{{path, fmt.Sprintf("%s is not between %.0fs and %.0fs", s, least, most)}}
	}
	return nil
}

// gcpLabelOutputs are the outputs that the provider computes from labels.
var gcpLabelOutputs = []string{"effectiveLabels", "pulumiLabels"}

// gcpLabelled fills in a type's project, its region if it has one, and what follows from its labels: the provider knows that in a preview.
func gcpLabelled(regional bool) func(c *Call) {
	return func(c *Call) {
		gcpPlace(regional)(c)
		labels := c.Props["labels"]
		if props.IsUnknown(labels) {
			for _, k := range gcpLabelOutputs {
				c.Props[k] = props.Unknown
			}
			return
		}
		all := c.withDefaultTags(labels)
		for _, k := range gcpLabelOutputs {
			c.Props[k] = props.Clone(all)
		}
	}
}

// gcpMake gives a resource its id, unless that is taken or the project is not known.
func gcpMake(c *Call, format string, keys ...string) (string, error) {
	regional := slices.Contains(keys, "region")
	if err := gcpPlaced(c, regional); err != nil {
		return "", err
	}
	values := make([]any, len(keys))
	for i, k := range keys {
		values[i] = props.Str(c.Props, k)
	}
	id := fmt.Sprintf(format, values...)
	return id, gcpFree(c, id)
}

// gcpUsers refuses the deletion of what objects of another type refer to.
func gcpUsers(c *Call, typ, property string) error {
	users, err := c.Others(typ, func(o *store.Object) bool { return gcpSame(props.Str(o.Properties, property), c.ID) })
	if err != nil || len(users) == 0 {
		return err
	}
	return c.Errorf("resourceInUseByAnotherResource: the %s '%s' is already being used by '%s'", c.Type.Noun, c.ID, users[0].ID)
}
