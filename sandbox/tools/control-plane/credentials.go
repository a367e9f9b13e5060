package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"strings"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// validity of the certificates: longer than any sandbox lives.
const validity = 10 * 365 * 24 * time.Hour

// serverAddress returns the loopback address of the API server: the one in file if the cluster ran before, because
// kubeconfigs in a stack's state name it, else a free port that is then written to file.
func serverAddress(file string) (string, error) {
	content, err := os.ReadFile(file)
	address := strings.TrimPrefix(strings.TrimSpace(string(content)), "https://")
	if errors.Is(err, os.ErrNotExist) {
		address, err = freeAddress()
		if err != nil {
			return "", err
		}
		return address, os.WriteFile(file, []byte("https://"+address+"\n"), 0o600)
	}
	if err != nil {
		return "", err
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return "", fmt.Errorf("the address of this cluster, %s, is taken: %w; end the process that has it, or destroy the stack and bring it up anew", address, err)
	}
	return address, listener.Close()
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// writeCredentials makes, once per cluster, its certificate authority, certificates, keys and bearer token,
// and always an admin kubeconfig that fits them.
func writeCredentials(files layout, name, address string) error {
	if _, err := os.Stat(files.tokenAuthFile()); errors.Is(err, os.ErrNotExist) {
		if err := writeKeys(files, name); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	config := clientcmdapi.NewConfig()
	config.Clusters[name] = &clientcmdapi.Cluster{Server: "https://" + address, CertificateAuthority: files.crt("ca")}
	config.AuthInfos["admin"] = &clientcmdapi.AuthInfo{ClientCertificate: files.crt("admin"), ClientKey: files.key("admin")}
	config.Contexts[name] = &clientcmdapi.Context{Cluster: name, AuthInfo: "admin"}
	config.CurrentContext = name
	return clientcmd.WriteToFile(*config, files.kubeconfig())
}

func writeKeys(files layout, name string) error {
	authority, err := issue(files, "ca", &x509.Certificate{
		Subject: pkix.Name{CommonName: name + " certificate authority"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}, nil)
	if err != nil {
		return err
	}
	if _, err := issue(files, "apiserver", &x509.Certificate{
		Subject: pkix.Name{CommonName: "kube-apiserver"}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv4(10, 96, 0, 1)},
		DNSNames:    []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"},
	}, authority); err != nil {
		return err
	}
	if _, err := issue(files, "admin", &x509.Certificate{
		Subject: pkix.Name{CommonName: "admin", Organization: []string{"system:masters"}}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}, authority); err != nil {
		return err
	}
	// etcd is a server, and a client of itself.
	if _, err := issue(files, "etcd", &x509.Certificate{
		Subject: pkix.Name{CommonName: "etcd"}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}, authority); err != nil {
		return err
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	if err := writeKey(files.serviceAccountKey(), key); err != nil {
		return err
	}
	random := make([]byte, 32)
	if _, err := rand.Read(random); err != nil {
		return err
	}
	token := hex.EncodeToString(random)
	if err := os.WriteFile(files.tokenFile(), []byte(token), 0o600); err != nil {
		return err
	}
	// Last, because its presence says that all of them are there.
	line := fmt.Sprintf("%s,cloud-admin,cloud-admin,\"system:masters\"\n", token)
	return os.WriteFile(files.tokenAuthFile(), []byte(line), 0o600)
}

type issuer struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// issue makes a key pair and has its certificate signed by the issuer, or by itself if there is none.
func issue(files layout, name string, template *x509.Certificate, by *issuer) (*issuer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	now := time.Now().Add(-time.Hour) // an hour's leeway for clocks that jump
	template.SerialNumber, template.NotBefore, template.NotAfter = serial, now, now.Add(validity)
	if by == nil {
		by = &issuer{template, key}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by.certificate, &key.PublicKey, by.key)
	if err != nil {
		return nil, err
	}
	encoded := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	if err := os.WriteFile(files.crt(name), encoded, 0o600); err != nil {
		return nil, err
	}
	if err := writeKey(files.key(name), key); err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	return &issuer{certificate, key}, err
}

func writeKey(path string, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	return os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der}), 0o600)
}
