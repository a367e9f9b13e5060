// Package host is a language host for one compiled program.
//
// The Pulumi engine runs a program through a language host, a process that it asks which plugins the program needs and
// to run it. The official host for Go compiles the project's folder, so an image with it carries a compiler, the
// modules and minutes of work for every run. This one runs what the image was built with.
//
// It refuses to run another project: a checkout that is mounted over the image's own must not be deployed by a program
// that was compiled from other sources without anybody noticing.
package host
