// Package store keeps the objects of the simulated clouds as files.
//
// Every object is one JSON file, objects/<cloud>/<service>.<Type>/<id>.json,
// which a person may read, edit or delete: that is a change made in the
// cloud's console, and a refresh sees it. Files are written whole or not at
// all, and one lock orders the writers of all provider processes. Objects may
// hold the tokens of clusters, so only the owner can read them.
package store

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"github.com/ai-now/platform/sandbox/clouds/props"
)

// DirVariable names the environment variable that holds the directory of the simulated clouds.
const DirVariable = "AI_NOW_SANDBOX_CLOUD"

// Object is one resource in a simulated cloud.
type Object struct {
	// Type is the Pulumi type token, such as aws:ec2/vpc:Vpc.
	Type string `json:"type"`
	// ID is the id the cloud gave the resource.
	ID string `json:"id"`
	// Region is where it is, empty if it is global.
	Region string `json:"region,omitempty"`
	// URN is the resource of the Pulumi program that made it.
	URN string `json:"urn,omitempty"`
	// Unconfirmed is true until the engine mentions the object again. An
	// object that stays unconfirmed is what an interrupted update left behind.
	Unconfirmed bool `json:"unconfirmed,omitempty"`
	// Created is the time of creation in UTC.
	Created time.Time `json:"created"`
	// Properties are the resource's inputs and what the cloud computed. These are the ones to edit.
	Properties props.Object `json:"properties"`
}

// Store is the state of the simulated clouds of one stack.
type Store struct{ dir string }

// Open returns the store in dir. Nothing is made before the first write.
func Open(dir string) *Store { return &Store{dir: dir} }

// Dir is the directory of the store.
func (s *Store) Dir() string { return s.dir }

// Path is the file of one object.
func (s *Store) Path(typ, id string) string {
	return filepath.Join(s.typeDir(typ), fileName(id)+".json")
}

func (s *Store) typeDir(typ string) string {
	cloud, rest, _ := strings.Cut(typ, ":")
	module, name, _ := strings.Cut(rest, ":")
	if service, _, _ := strings.Cut(module, "/"); service != "index" {
		name = service + "." + name
	}
	return filepath.Join(s.dir, "objects", cloud, name)
}

// longestName keeps a file's name, with its ending, within the 255 bytes that file systems allow.
const longestName = 240

// fileName makes an id fit for a file: / is the one character an id has and a name may not. An id that is too long is
// cut and told apart by its hash; the file itself holds it whole.
func fileName(id string) string {
	name := strings.NewReplacer("%", "%25", "/", "%2F").Replace(id)
	if len(name) <= longestName {
		return name
	}
	sum := sha256.Sum256([]byte(id))
	end := "~" + hex.EncodeToString(sum[:8])
	return name[:longestName-len(end)] + end
}

// Get reads an object. The error is fs.ErrNotExist if there is none.
func (s *Store) Get(typ, id string) (*Object, error) { return s.read(s.Path(typ, id)) }

func (s *Store) read(path string) (*Object, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var o Object
	if err := json.Unmarshal(b, &o); err != nil {
		return nil, fmt.Errorf("%s is not a valid object any more (%s): correct it, or delete it to delete the resource", path, place(b, err))
	}
	if o.Type == "" || o.ID == "" {
		return nil, fmt.Errorf("%s has no type or no id: correct it, or delete it to delete the resource", path)
	}
	if o.Properties == nil {
		o.Properties = props.Object{}
	}
	return &o, nil
}

// place adds the line to an error of the JSON decoder.
func place(b []byte, err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	offset := int64(-1)
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.As(err, &kind):
		offset = kind.Offset
	}
	if offset < 0 || offset > int64(len(b)) {
		return err.Error()
	}
	return fmt.Sprintf("line %d: %v", 1+strings.Count(string(b[:offset]), "\n"), err)
}

// List reads all objects of a type in the order of their ids.
func (s *Store) List(typ string) ([]*Object, error) {
	entries, err := os.ReadDir(s.typeDir(typ))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []*Object
	for _, e := range entries {
		if e.IsDir() || !strings.HasSuffix(e.Name(), ".json") || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		o, err := s.read(filepath.Join(s.typeDir(typ), e.Name()))
		if errors.Is(err, fs.ErrNotExist) { // deleted since
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out, nil
}

// Put writes an object, whole or not at all.
func (s *Store) Put(o *Object) error {
	if o.Type == "" || o.ID == "" {
		return fmt.Errorf("an object needs a type and an id, this has type %q, id %q", o.Type, o.ID)
	}
	b, err := json.MarshalIndent(o, "", "  ")
	if err != nil {
		return fmt.Errorf("object %s: %w", o.ID, err)
	}
	path := s.Path(o.Type, o.ID)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return writeFile(path, append(b, '\n'))
}

// writeFile replaces path in one step. os.CreateTemp makes the file readable by its owner alone.
func writeFile(path string, b []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".writing-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(b)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// Delete removes an object; it is no error if there is none.
func (s *Store) Delete(typ, id string) error {
	err := os.Remove(s.Path(typ, id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// SetField changes one property of an object, as a person would in the console.
// path is written as tags.Name or vpcConfig.subnetIds[0].
func (s *Store) SetField(typ, id, path string, value any) error {
	return s.Locked(func() error {
		o, err := s.Get(typ, id)
		if err != nil {
			return err
		}
		if err := props.Set(o.Properties, path, props.Normal(value)); err != nil {
			return fmt.Errorf("%s %s: %w", typ, id, err)
		}
		return s.Put(o)
	})
}
