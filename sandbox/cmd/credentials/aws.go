package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"
)

// awsVersion is in the form of the AWS CLI's; tools that ask want 2.7 or later.
const awsVersion = "aws-cli/2.27.0 sandbox-stand-in"

// awsLifetime is that of a token of aws eks get-token.
// Source: docs.aws.amazon.com/cli/latest/reference/eks/get-token.html.
const awsLifetime = 14 * time.Minute

// awsFlags are the options of aws eks get-token that take a value, with those of the aws command itself.
var awsFlags = map[string]bool{
	"--cluster-name": true, "--cluster-id": true, "--role-arn": true, "--region": true, "--output": true, "--profile": true, "--endpoint-url": true,
	"--query": true, "--color": true, "--ca-bundle": true, "--cli-read-timeout": true, "--cli-connect-timeout": true,
}

func awsCLI(args []string, env func(string) string, out io.Writer) error {
	if len(args) > 0 && args[0] == "--version" {
		_, err := fmt.Fprintln(out, awsVersion)
		return err
	}
	words, options, err := parse(args, awsFlags)
	if err != nil {
		return err
	}
	if strings.Join(words, " ") != "eks get-token" {
		return usageError{fmt.Errorf("aws %s: this aws is the sandbox's stand-in, which knows only: aws eks get-token --cluster-name NAME, aws --version", strings.Join(words, " "))}
	}
	if o := options["--output"]; o != "" && o != "json" {
		return usageError{fmt.Errorf("aws eks get-token --output %s: the sandbox's stand-in writes json", o)}
	}
	name := options["--cluster-name"]
	if name == "" {
		name = options["--cluster-id"]
	}
	if name == "" || name != filepath.Base(name) || name == ".." || name == "." {
		return usageError{fmt.Errorf("aws eks get-token: --cluster-name %q is no name of a cluster", name)}
	}
	dir, err := clustersDir(env)
	if err != nil {
		return err
	}
	return writeToken(out, filepath.Join(dir, name), name, "client.authentication.k8s.io/v1beta1", awsLifetime)
}

// parse separates the words of a command from its options, which take a value or stand alone.
func parse(args []string, takesValue map[string]bool) (words []string, options map[string]string, err error) {
	options = map[string]string{}
	for i := 0; i < len(args); i++ {
		key, value, inline := strings.Cut(args[i], "=")
		switch {
		case !strings.HasPrefix(key, "--"):
			words = append(words, args[i])
		case inline || !takesValue[key]:
			options[key] = value
		case i+1 == len(args):
			return nil, nil, usageError{fmt.Errorf("%s: the value is missing", key)}
		default:
			i++
			options[key] = args[i]
		}
	}
	return words, options, nil
}
