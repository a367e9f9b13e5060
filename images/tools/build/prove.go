package build

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"
)

// runs is how often a container is started; the time that counts is the one in the middle.
const runs = 5

// Measure runs the image and returns what it is and does. The image must have been built.
func (b *Buildah) Measure(ctx context.Context, image Image) (m Measured, err error) {
	c, layers, base, err := b.inspect(ctx, image)
	if err != nil {
		return Measured{}, err
	}
	m = Measured{Image: image, Layers: layers, OwnLayers: len(layers) - base}
	if c.User != fmt.Sprintf("%d:%d", uid, uid) {
		return m, fmt.Errorf("the image of %s runs as %q", image.Name, c.User)
	}
	root, release, err := b.rootFS(ctx, image)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, release()) }()
	bundle, err := os.MkdirTemp(b.path("tmp"), "bundle-")
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(bundle)) }()

	prove := m.serves
	if image.Command != nil {
		prove = m.finishes
	}
	var starts []time.Duration
	for range runs {
		took, err := prove(ctx, bundle, root, c)
		if err != nil {
			return m, fmt.Errorf("%s: %w", image.Name, err)
		}
		starts = append(starts, took)
	}
	slices.Sort(starts)
	m.Start = starts[len(starts)/2]
	return m, m.overBudget()
}

func (m *Measured) overBudget() error {
	var problems []error
	if m.Pull() > m.Image.Budget.Pull {
		problems = append(problems, fmt.Errorf("%s is %d bytes to pull; its budget is %d: make it smaller, or raise the budget in images/tools/build/image.go and say why", m.Image.Name, m.Pull(), m.Image.Budget.Pull))
	}
	if m.OwnLayers > m.Image.Budget.Layers {
		problems = append(problems, fmt.Errorf("%s adds %d layers to its base; its budget is %d", m.Image.Name, m.OwnLayers, m.Image.Budget.Layers))
	}
	return errors.Join(problems...)
}

// finishes runs the image's command and waits for it.
func (m *Measured) finishes(ctx context.Context, bundle, root string, c config) (time.Duration, error) {
	began := time.Now()
	running, err := start(ctx, bundle, root, m.Image, c, m.Image.Command)
	if err != nil {
		return 0, err
	}
	select {
	case err = <-running.ended:
	case <-time.After(2 * time.Minute):
		err = errors.New("it is not done after two minutes")
	}
	took := time.Since(began)
	if err != nil {
		return 0, running.remove(fmt.Errorf("%w: %s", err, running.log.String()))
	}
	m.Proofs = []string{strings.TrimSpace(running.log.String())}
	return took, running.remove(nil)
}

// serves starts the image, waits until /healthz answers, looks at the container from outside and inside, and ends it.
func (m *Measured) serves(ctx context.Context, bundle, root string, c config) (took time.Duration, err error) {
	address, err := free(ctx)
	if err != nil {
		return 0, err
	}
	metrics, err := free(ctx)
	if err != nil {
		return 0, err
	}
	image := m.Image
	image.Env = append(slices.Clone(image.Env), "SAMPLE_LISTEN="+address, "SAMPLE_METRICS_LISTEN="+metrics, "SAMPLE_DRAIN=100ms")
	began := time.Now()
	running, err := start(ctx, bundle, root, image, c, c.Entrypoint)
	if err != nil {
		return 0, err
	}
	if err := answers(ctx, "http://"+address+"/healthz", running); err != nil {
		return 0, running.remove(err)
	}
	took = time.Since(began)
	m.Proofs, err = m.look(ctx, running, c)
	if err != nil {
		return 0, running.remove(err)
	}
	m.Proofs = append(m.Proofs, "SIGTERM ends it with exit code 0")
	return took, running.stop(ctx, 10*time.Second)
}

// look checks what Kubernetes' restricted standard asks for on the running container.
func (m *Measured) look(ctx context.Context, running *container, c config) ([]string, error) {
	proofs := []string{"/healthz answers 200"}
	for field, wanted := range map[string]string{
		"Uid": fmt.Sprintf("%[1]d %[1]d %[1]d %[1]d", uid), "Gid": fmt.Sprintf("%[1]d %[1]d %[1]d %[1]d", uid),
		"NoNewPrivs": "1", "CapEff": "0000000000000000", "CapBnd": "0000000000000000",
	} {
		got, err := running.status(field)
		if err != nil {
			return nil, err
		}
		if got != wanted {
			return nil, fmt.Errorf("its %s is %s, not %s", field, got, wanted)
		}
	}
	proofs = append(proofs, "uid and gid 65532, no capability, no new privileges")
	if out, err := running.exec(ctx, "/bin/touch", "/written"); err == nil || !strings.Contains(out, "Read-only file system") {
		return nil, fmt.Errorf("its root file system could be written: %s: %w", out, err)
	}
	proofs = append(proofs, "its root file system is read-only")
	if len(c.Healthcheck.Test) > 1 {
		if out, err := running.exec(ctx, c.Healthcheck.Test[1:]...); err != nil {
			return nil, fmt.Errorf("its HEALTHCHECK fails: %s: %w", out, err)
		}
		proofs = append(proofs, "its HEALTHCHECK succeeds")
	}
	limit, peak := memory(m.Image)
	if limit != m.Image.Memory {
		return nil, fmt.Errorf("its memory limit is %d bytes, not %d", limit, m.Image.Memory)
	}
	m.Peak = max(m.Peak, peak)
	return append(proofs, fmt.Sprintf("it lives within %d MiB", m.Image.Memory/mib)), nil
}

// answers waits until a page is there.
func answers(ctx context.Context, url string, running *container) error {
	client := &http.Client{Timeout: time.Second}
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
		if err != nil {
			return err
		}
		response, err := client.Do(request)
		if err != nil {
			select {
			case err := <-running.ended:
				return fmt.Errorf("it ended: %w: %s", err, running.log.String())
			default:
				continue
			}
		}
		if err := response.Body.Close(); err != nil {
			return err
		}
		if response.StatusCode == http.StatusOK {
			return nil
		}
	}
	return fmt.Errorf("%s does not answer: %s", url, running.log.String())
}

// free returns an address of the loopback interface that nobody listens at.
func free(ctx context.Context) (string, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}
