package main

import (
	"errors"
	"net/url"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/transport"
	"go.etcd.io/etcd/server/v3/embed"
)

// startEtcd runs a one-member etcd on loopback over the cluster's own data directory and returns its endpoint.
func startEtcd(files layout) (string, error) {
	clientAddress, err := freeAddress()
	if err != nil {
		return "", err
	}
	peerAddress, err := freeAddress()
	if err != nil {
		return "", err
	}
	client, peer := url.URL{Scheme: "https", Host: clientAddress}, url.URL{Scheme: "https", Host: peerAddress}

	config := embed.NewConfig()
	config.Dir = files.path("etcd")
	config.LogLevel, config.LogOutputs = "error", []string{files.path("etcd.log")}
	// A power cut may cost the sandbox this cluster, which can be made anew; waiting for the disk would cost it time on every write.
	config.UnsafeNoFsync = true
	config.ListenClientUrls, config.AdvertiseClientUrls = []url.URL{client}, []url.URL{client}
	config.ListenPeerUrls, config.AdvertisePeerUrls = []url.URL{peer}, []url.URL{peer}
	// Other users of this machine reach the ports, and everything in the cluster is behind them.
	config.ClientTLSInfo = transport.TLSInfo{
		CertFile: files.crt("etcd"), KeyFile: files.key("etcd"), TrustedCAFile: files.crt("ca"), ClientCertAuth: true,
	}
	config.PeerTLSInfo = config.ClientTLSInfo
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	config.AutoCompactionMode, config.AutoCompactionRetention = "periodic", "5m"

	server, err := embed.StartEtcd(config)
	if err != nil {
		return "", err
	}
	select {
	case <-server.Server.ReadyNotify():
		return client.String(), nil
	case err := <-server.Err():
		return "", err
	case <-time.After(time.Minute):
		return "", errors.New("not ready within a minute")
	}
}
