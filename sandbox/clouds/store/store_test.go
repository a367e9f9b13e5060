package store

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

const vpcType = "aws:ec2/vpc:Vpc"

func vpc(id string) *Object {
	return &Object{Type: vpcType, ID: id, Region: "eu-west-1", Created: time.Unix(0, 0).UTC(), Properties: props.Object{"cidrBlock": "10.0.0.0/16", "tags": props.Object{"a": "b"}}}
}

func TestAnObjectIsAFile(t *testing.T) {
	t.Parallel()
	s := Open(t.TempDir())
	require.NoError(t, s.Put(vpc("vpc-1")))
	path := filepath.Join(s.Dir(), "objects", "aws", "ec2.Vpc", "vpc-1.json")
	require.Equal(t, path, s.Path(vpcType, "vpc-1"))
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o600), info.Mode().Perm())
	dir, err := os.Stat(filepath.Dir(path))
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o700), dir.Mode().Perm())
	got, err := s.Get(vpcType, "vpc-1")
	require.NoError(t, err)
	require.Equal(t, vpc("vpc-1"), got)

	require.NoError(t, s.SetField(vpcType, "vpc-1", `tags["kubernetes.io/role"]`, 1))
	got, err = s.Get(vpcType, "vpc-1")
	require.NoError(t, err)
	require.Equal(t, props.Object{"a": "b", "kubernetes.io/role": 1.0}, got.Properties["tags"])

	require.NoError(t, s.Delete(vpcType, "vpc-1"))
	require.NoError(t, s.Delete(vpcType, "vpc-1"))
	_, err = s.Get(vpcType, "vpc-1")
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestIdsOfAllCloudsFitIntoFiles(t *testing.T) {
	t.Parallel()
	s := Open(t.TempDir())
	typ := "digitalocean:index/vpc:Vpc"
	ids := []string{"arn:aws:iam::1:oidc-provider/x", "projects/p/locations/l/clusters/c", "a%2Fb", "a/b", "alias/x", strings.Repeat("l", 300) + "1", strings.Repeat("l", 300) + "2"}
	for _, id := range ids {
		require.NoError(t, s.Put(&Object{Type: typ, ID: id}))
	}
	list, err := s.List(typ)
	require.NoError(t, err)
	require.Len(t, list, len(ids))
	for _, id := range ids {
		o, err := s.Get(typ, id)
		require.NoError(t, err)
		require.Equal(t, id, o.ID)
	}
}

func TestListIsInOrderAndSkipsWhatIsNoObject(t *testing.T) {
	t.Parallel()
	s := Open(t.TempDir())
	none, err := s.List(vpcType)
	require.NoError(t, err)
	require.Empty(t, none)
	for _, id := range []string{"b", "a", "c"} {
		require.NoError(t, s.Put(vpc(id)))
	}
	dir := filepath.Dir(s.Path(vpcType, "a"))
	for _, junk := range []string{".writing-1", "README.md", ".a.json.swp"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, junk), []byte("x"), 0o600))
	}
	list, err := s.List(vpcType)
	require.NoError(t, err)
	require.Len(t, list, 3)
	require.Equal(t, "a", list[0].ID)
}

func TestABrokenFileIsNamedWithItsLine(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, content, want string }{
		{"a comma too many", "{\n\"type\": \"x\",\n}", "line 3"},
		{"a text for an object", "{\"type\":\"x\",\"id\":\"y\",\n\"properties\":\"z\"}", "line 2"},
		{"empty", "", "unexpected end"},
		{"no id", `{"type":"x"}`, "has no type or no id"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := Open(t.TempDir())
			require.NoError(t, s.Put(vpc("v")))
			require.NoError(t, os.WriteFile(s.Path(vpcType, "v"), []byte(c.content), 0o600))
			_, err := s.Get(vpcType, "v")
			require.ErrorContains(t, err, c.want)
			require.ErrorContains(t, err, s.Path(vpcType, "v"))
		})
	}
}

func TestAnObjectNeedsATypeAndAnID(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, Open(t.TempDir()).Put(&Object{Type: vpcType}), "needs a type and an id")
}

// count adds one to a counter n times, each time alone.
func count(s *Store, n int) error {
	for range n {
		err := s.Locked(func() error {
			o, err := s.Get(vpcType, "v")
			if err != nil {
				return err
			}
			i, _ := o.Properties["count"].(float64)
			o.Properties["count"] = i + 1
			return s.Put(o)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func TestWritersDoNotLoseEachOthersChanges(t *testing.T) {
	t.Parallel()
	if dir := os.Getenv("STORE_TEST_DIR"); dir != "" { // one of the other processes
		require.NoError(t, count(Open(dir), 50))
		return
	}
	s := Open(t.TempDir())
	require.NoError(t, s.Put(vpc("v")))
	var wg sync.WaitGroup
	errs := make(chan error, 6)
	for range 3 {
		wg.Go(func() { errs <- count(s, 50) })
		wg.Go(func() {
			cmd := exec.Command(os.Args[0], "-test.run=^TestWritersDoNotLoseEachOthersChanges$")
			cmd.Env = append(os.Environ(), "STORE_TEST_DIR="+s.Dir())
			out, err := cmd.CombinedOutput()
			if err != nil {
				err = fmt.Errorf("%w: %s", err, out)
			}
			errs <- err
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		require.NoError(t, err)
	}
	o, err := s.Get(vpcType, "v")
	require.NoError(t, err)
	require.InDelta(t, 300, o.Properties["count"], 0)
}

func TestAReaderNeverSeesHalfAFile(t *testing.T) {
	t.Parallel()
	s := Open(t.TempDir())
	big := vpc("v")
	big.Properties["padding"] = strings.Repeat("x", 1<<16)
	require.NoError(t, s.Put(big))
	done := make(chan error, 1)
	go func() {
		for range 200 {
			if err := s.Put(big); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for {
		_, err := s.Get(vpcType, "v")
		require.NoError(t, err)
		select {
		case err := <-done:
			require.NoError(t, err)
			return
		default:
		}
	}
}

func TestWaitingForALockEndsWithTheContext(t *testing.T) {
	t.Parallel()
	s := Open(t.TempDir())
	unlock, err := s.Lock(t.Context(), "cluster-a/b")
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = s.Lock(ctx, "cluster-a/b")
	require.ErrorIs(t, err, context.DeadlineExceeded)
	unlock()
	unlock, err = s.Lock(t.Context(), "cluster-a/b")
	require.NoError(t, err)
	unlock()
}
