package peer

import "fmt"

// NginxConfig is nginx's configuration for `return 302` with a cookie that is always
// the same: it signs, counts and looks up nothing. folder takes its temporary files.
func NginxConfig(folder, address string) string {
	return fmt.Sprintf(`daemon off;
worker_processes auto;
pid %[1]s/nginx.pid;
error_log stderr warn;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path %[1]s/body;
  proxy_temp_path %[1]s/proxy;
  fastcgi_temp_path %[1]s/fastcgi;
  uwsgi_temp_path %[1]s/uwsgi;
  scgi_temp_path %[1]s/scgi;
  server {
    listen %[2]s backlog=512;
    location / {
      add_header Set-Cookie "visitor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax" always;
      add_header Cache-Control "no-store" always;
      return 302 https://tickets.example/acme;
    }
  }
}
`, folder, address)
}
