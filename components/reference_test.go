package components

import (
	"flag"
	"fmt"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write docs/components.md instead of comparing it")

// TestReference keeps docs/components.md, which is made of the comments on the
// components, their arguments and their outputs.
func TestReference(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(`<!-- Generated from the comments in clusters/ and components/ by: go test ./components -update -->
# Components

A component is made by its constructor, ` + "`NewX(ctx, name, args, opts…)`" + `. It checks its arguments before it registers the first resource; the error lists every mistake with field, value and hint. The zero value of a field that has a default means the default.

`)
	specs := map[string]*doc.Type{}
	for _, kind := range readPackage(t, "../clusters/spec").Types {
		specs["spec."+kind.Name] = kind
	}
	for _, dir := range []string{"../clusters", "."} {
		writePackage(t, &b, dir, specs)
	}
	const path = "../docs/components.md"
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o644))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "write it with: go test ./components -update")
	require.Equal(t, string(want), b.String(), "%s is stale; write it with: go test ./components -update", path)
}

func readPackage(t *testing.T, dir string) *doc.Package {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	set := token.NewFileSet()
	var files []*ast.File
	for _, entry := range entries {
		if name := entry.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			file, err := parser.ParseFile(set, dir+"/"+name, nil, parser.ParseComments)
			require.NoError(t, err)
			files = append(files, file)
		}
	}
	pkg, err := doc.NewFromFiles(set, files, "github.com/ai-now/platform/"+strings.Trim(dir, "./"))
	require.NoError(t, err)
	return pkg
}

func writePackage(t *testing.T, b *strings.Builder, dir string, specs map[string]*doc.Type) {
	t.Helper()
	pkg := readPackage(t, dir)
	structs := maps.Clone(specs)
	for _, kind := range pkg.Types {
		structs[kind.Name] = kind
		// What is only another name for a type of package spec is shown as that type.
		if alias, ok := kind.Decl.Specs[0].(*ast.TypeSpec); ok && alias.Assign.IsValid() {
			structs[kind.Name] = specs[types.ExprString(alias.Type)]
		}
	}
	for _, kind := range pkg.Types {
		args := structs[kind.Name+"Args"]
		if args == nil {
			args = structs["spec."+kind.Name+"Args"]
		}
		if args == nil || !slices.ContainsFunc(kind.Funcs, func(f *doc.Func) bool { return f.Name == "New"+kind.Name }) {
			continue
		}
		fmt.Fprintf(b, "## %s.%s\n\n%s\n\nArguments:\n\n", pkg.Name, kind.Name, oneLine(kind.Doc))
		writeFields(b, structs, args, "")
		b.WriteString("\nOutputs:\n\n")
		writeFields(b, nil, kind, "")
		b.WriteString("\n")
	}
}

// writeFields lists the exported fields of a struct, and below a field those of
// its type if that is a struct of the same package.
func writeFields(b *strings.Builder, structs map[string]*doc.Type, kind *doc.Type, indent string) {
	for _, spec := range kind.Decl.Specs {
		body, ok := spec.(*ast.TypeSpec).Type.(*ast.StructType)
		if !ok {
			continue
		}
		for _, field := range body.Fields.List {
			element := strings.TrimLeft(types.ExprString(field.Type), "[]*")
			inner := structs[element]
			if inner == nil {
				inner = structs["spec."+element]
			}
			if len(field.Names) == 0 && inner != nil {
				writeFields(b, structs, inner, indent) // embedded
			}
			for _, name := range field.Names {
				if !name.IsExported() {
					continue
				}
				comment := ""
				if text := oneLine(field.Doc.Text()); text != "" {
					comment = ": " + text
				}
				fmt.Fprintf(b, "%s- `%s` (`%s`)%s\n", indent, name.Name, types.ExprString(field.Type), comment)
				if inner != nil && structs[element+"Args"] == nil && structs["spec."+element+"Args"] == nil {
					writeFields(b, structs, inner, indent+"  ")
				}
			}
		}
	}
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
