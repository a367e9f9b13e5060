package clouds

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ai-now/platform/sandbox/clouds/props"
	"github.com/ai-now/platform/sandbox/clouds/store"
)

// awsOneOf finds a text that is none of those that the API takes.
func awsOneOf(o props.Object, path string, allowed ...string) []Failure {
	if s := props.Str(o, path); s != "" && !slices.Contains(allowed, s) {
		return []Failure{{path, fmt.Sprintf("%q is none of %s", s, strings.Join(allowed, ", "))}}
	}
	return nil
}

// awsBetween finds a number out of its bounds.
func awsBetween(o props.Object, path string, least, most int) []Failure {
	if n, ok := props.Int(o, path); ok && (n < least || n > most) {
		return []Failure{{path, fmt.Sprintf("%d is not between %d and %d", n, least, most)}}
	}
	return nil
}

// awsExactlyOne finds inputs of which the program gives none, or two.
func awsExactlyOne(o props.Object, paths ...string) []Failure {
	var given []string
	for _, p := range paths {
		if v := props.Get(o, p); v != nil && !empty(v) {
			given = append(given, p)
		}
	}
	switch len(given) {
	case 1:
		return nil
	case 0:
		return []Failure{{paths[0], fmt.Sprintf("exactly one of %s must be given, and none is", strings.Join(paths, ", "))}}
	default:
		return []Failure{{given[1], fmt.Sprintf("exactly one of %s must be given, not %s", strings.Join(paths, ", "), strings.Join(given, " and "))}}
	}
}

// awsConflict finds two inputs that exclude each other.
func awsConflict(o props.Object, path, other string) []Failure {
	if props.Get(o, path) == nil || props.Get(o, other) == nil {
		return nil
	}
	return []Failure{{path, fmt.Sprintf("conflicts with %s: give one of them", other)}}
}

// awsFree refuses an id that an object of the type has.
func awsFree(c *Call, id, format string, a ...any) error {
	if _, err := c.Store.Get(c.Type.Token, id); err == nil {
		return c.Errorf(format, a...)
	} else if !isNotExist(err) {
		return c.Errorf("%v", err)
	}
	return nil
}

// awsARNExists refuses the ARN of an object of this account that was never made.
func awsARNExists(c *Call, typ, arn, code string) error {
	if parts := strings.SplitN(arn, ":", 6); len(parts) == 6 && parts[4] != "" && parts[4] != awsAccount {
		return nil
	}
	found, err := c.Others(typ, func(o *store.Object) bool { return o.ID == arn || props.Str(o.Properties, "arn") == arn })
	if err == nil && len(found) == 0 {
		err = c.Errorf("%s: %s %q does not exist", code, typ, arn)
	}
	return err
}

// awsKeyOf finds the KMS key that a reference means: an id, an ARN or an alias.
// It is nil for AWS's own keys and for those of other accounts.
func awsKeyOf(c *Call, ref, code string) (*store.Object, error) {
	name, region := ref, c.Region
	if parts := strings.SplitN(ref, ":", 6); len(parts) == 6 {
		if parts[4] != awsAccount {
			return nil, nil
		}
		name, region = parts[5], parts[3]
	}
	if strings.HasPrefix(name, "alias/aws/") {
		return nil, nil
	}
	if alias, err := c.Store.Get(awsAliasType, name); err == nil {
		name = props.Str(alias.Properties, "targetKeyId")
	}
	name = name[strings.LastIndex(name, "/")+1:]
	key, err := c.Find(awsKeyType, name, code)
	if err == nil && key.Region != region {
		return nil, c.Errorf("%s: the key %s is in %s, not in %s", code, ref, key.Region, region)
	}
	return key, err
}

// awsKeyExists refuses a KMS key that was never made, at each of the paths where the program gives one.
func awsKeyExists(c *Call, code string, paths ...string) error {
	for _, p := range paths {
		if ref := props.Str(c.Props, p); ref != "" {
			if _, err := awsKeyOf(c, ref, code); err != nil {
				return err
			}
		}
	}
	return nil
}
