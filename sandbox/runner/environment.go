package runner

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ai-now/platform/sandbox/layout"
)

// setEnvironment sets what the engine, the providers and the policy pack see on top of the user's own environment:
// all of them are children of this process.
func setEnvironment(l *layout.Layout, stack layout.Stack) error {
	if err := ensurePassphrase(l.Passphrase()); err != nil {
		return err
	}
	// The engine prefers it, even an empty one, to the file.
	if err := os.Unsetenv("PULUMI_CONFIG_PASSPHRASE"); err != nil {
		return err
	}
	for name, value := range map[string]string{
		"PATH":                          l.Bin() + string(filepath.ListSeparator) + os.Getenv("PATH"),
		"PULUMI_HOME":                   l.PulumiHome(),
		"PULUMI_BACKEND_URL":            l.Backend(),
		"PULUMI_CONFIG_PASSPHRASE_FILE": l.Passphrase(),
		"PULUMI_SKIP_UPDATE_CHECK":      "true",
		// What is not in the toolbox is not to be fetched from elsewhere behind the user's back.
		"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
		// A field that somebody changed by hand belongs to another field manager; only force takes it back.
		"PULUMI_K8S_ENABLE_PATCH_FORCE": "true",
		layout.CloudVariable:            stack.Cloud(),
		layout.BinVariable:              l.Bin(),
	} {
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	return nil
}

// ensurePassphrase makes, once for a state folder, the passphrase that encrypts the secrets in it. Two runs on different
// stacks may get here together: one of them makes it, whole or not at all.
func ensurePassphrase(file string) error {
	content, err := os.ReadFile(file)
	if err == nil && len(content) == 0 {
		return fmt.Errorf("%s is empty, and the secrets in the state cannot be read without it; `make clean` starts anew", file)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	random := make([]byte, 32)
	if _, err := rand.Read(random); err != nil {
		return err
	}
	draft, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*") // readable by its owner alone
	if err != nil {
		return err
	}
	_, err = draft.WriteString(hex.EncodeToString(random))
	if err = errors.Join(err, draft.Close()); err == nil {
		err = os.Link(draft.Name(), file)
	}
	if errors.Is(err, fs.ErrExist) {
		err = nil // another run was quicker
	}
	return errors.Join(err, os.Remove(draft.Name()))
}
