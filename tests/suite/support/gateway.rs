//! A gateway for a store, as its own process, and a small HTTP client.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::TestStore;
use super::openapi::Operation;

/// Ends with the test.
pub(crate) struct GatewayProcess {
    pub child: Child,
    pub address: SocketAddr,
    /// What it has said until it listened.
    pub first_lines: Vec<String>,
    lines: Arc<Mutex<Vec<String>>>,
}

/// An answer over HTTP.
#[derive(Debug)]
pub(crate) struct HttpAnswer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl GatewayProcess {
    /// Starts a gateway on a free port; it listens when this returns.
    #[track_caller]
    pub(crate) fn start(store: &TestStore) -> Self {
        Self::start_with(store, &[])
    }

    /// Starts it with more arguments.
    #[track_caller]
    pub(crate) fn start_with(store: &TestStore, args: &[&str]) -> Self {
        let mut all = vec!["serve", "--listen", "127.0.0.1:0"];
        all.extend(args);
        Self::spawn(&mut store.command(&all))
    }

    /// Starts a command that serves.
    #[track_caller]
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("lac serves");
        let mut stderr = BufReader::new(child.stderr.take().expect("stderr"));
        let mut first_lines = Vec::new();
        let address = loop {
            let mut line = String::new();
            let count = stderr.read_line(&mut line).expect("a line");
            assert!(count > 0, "lac serve ended: {first_lines:?}");
            let address = line.trim_end().split("://").nth(1);
            if let Some(address) = address.filter(|_| line.starts_with("listening on http")) {
                break address.parse().expect("an address");
            }
            first_lines.push(line.trim_end().to_owned());
        };
        let lines = Arc::default();
        collect_lines(stderr, Arc::clone(&lines));
        Self {
            child,
            address,
            first_lines,
            lines,
        }
    }

    pub(crate) fn request(&self) -> HttpRequest<'_> {
        HttpRequest {
            gateway: self,
            token: None,
            headers: Vec::new(),
        }
    }

    /// A request with the token of a storefront.
    pub(crate) fn with_token<'a>(&'a self, token: &'a str) -> HttpRequest<'a> {
        HttpRequest {
            token: Some(token),
            ..self.request()
        }
    }

    /// The OpenAPI document, which is the same for all tests.
    fn document(&self) -> &'static Value {
        static DOCUMENT: OnceLock<Value> = OnceLock::new();
        DOCUMENT.get_or_init(|| {
            let request = self.request().bytes("GET", "/openapi.json", b"");
            self.send_raw(&request).assert_ok()
        })
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("the gateway");
        let wait = Some(Duration::from_secs(60));
        stream.set_read_timeout(wait).expect("a time limit");
        stream
    }

    /// Sends bytes as they are, and reads one answer.
    pub(crate) fn send_raw(&self, bytes: &[u8]) -> HttpAnswer {
        let mut stream = self.connect();
        // The gateway may refuse before it has read everything.
        let _ = stream.write_all(bytes);
        HttpAnswer::read(&mut BufReader::new(stream)).expect("an answer")
    }

    /// Tells it to end, and waits; returns its log.
    #[track_caller]
    pub(crate) fn stop(mut self) -> Vec<String> {
        let pid = self.child.id().to_string();
        let killed = Command::new("kill").arg(pid).status().expect("kill");
        assert!(killed.success());
        assert!(self.child.wait().expect("ended").success());
        self.log()
    }

    /// The lines of its log so far, without the first.
    pub(crate) fn log(&self) -> Vec<String> {
        // The reader of the log is another thread.
        thread::sleep(Duration::from_millis(50));
        self.lines.lock().expect("the log").clone()
    }
}

fn collect_lines(stderr: BufReader<ChildStderr>, lines: Arc<Mutex<Vec<String>>>) {
    thread::spawn(move || {
        for line in stderr.lines().map_while(Result::ok) {
            lines.lock().expect("the log").push(line);
        }
    });
}

impl Drop for GatewayProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A request to be sent.
#[derive(Clone)]
pub(crate) struct HttpRequest<'g> {
    gateway: &'g GatewayProcess,
    token: Option<&'g str>,
    headers: Vec<(String, String)>,
}

impl HttpRequest<'_> {
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> HttpAnswer {
        self.send("GET", path, b"")
    }

    #[track_caller]
    pub(crate) fn post(&self, path: &str, body: &Value) -> HttpAnswer {
        self.send_json("POST", path, body)
    }

    #[track_caller]
    pub(crate) fn send_json(&self, method: &str, path: &str, body: &Value) -> HttpAnswer {
        let request = self.clone().header("content-type", "application/json");
        request.send(method, path, body.to_string().as_bytes())
    }

    #[track_caller]
    pub(crate) fn send(&self, method: &str, path: &str, body: &[u8]) -> HttpAnswer {
        let mut stream = self.gateway.connect();
        let _ = stream.write_all(&self.bytes(method, path, body));
        let mut stream = BufReader::new(stream);
        let answer = HttpAnswer::read_for(method, &mut stream).expect("an answer");
        answer.check();
        self.compare_with_document(method, path, body, &answer);
        answer
    }

    /// Every request that succeeds and every answer is as the document says.
    #[track_caller]
    fn compare_with_document(&self, method: &str, path: &str, body: &[u8], answer: &HttpAnswer) {
        let document = self.gateway.document();
        let Some(operation) = Operation::find(document, method, path) else {
            let known = [204, 404, 405].contains(&answer.status);
            assert!(known, "{method} {path}: {answer:#?}");
            return;
        };
        if method != "HEAD" {
            let kind = answer.header("content-type").unwrap_or_default();
            let problem = operation.answer_problem(answer.status, kind, &answer.json());
            assert_eq!(problem, None, "{method} {path}: {answer:#?}");
        }
        if answer.status == 200 && !body.is_empty() {
            let body = serde_json::from_slice(body).expect("JSON");
            let problem = operation.request_problem(&body);
            assert_eq!(problem, None, "{method} {path}: {body}");
        }
    }

    /// The request as it travels.
    pub(crate) fn bytes(&self, method: &str, path: &str, body: &[u8]) -> Vec<u8> {
        let length = body.len();
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nhost: gateway\r\nconnection: close\r\n\
             content-length: {length}\r\n"
        );
        if let Some(token) = self.token {
            head.push_str(&format!("authorization: Bearer {token}\r\n"));
        }
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        [head.as_bytes(), body].concat()
    }
}

impl HttpAnswer {
    /// Reads an answer; `None` if the connection was closed.
    pub(crate) fn read(stream: &mut impl BufRead) -> Option<Self> {
        Self::read_for("GET", stream)
    }

    fn read_for(method: &str, stream: &mut impl BufRead) -> Option<Self> {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        let status = line.split(' ').nth(1)?.parse().ok()?;
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                break;
            };
            headers.push((name.to_lowercase(), value.to_owned()));
        }
        let mut answer = Self {
            status,
            headers,
            body: String::new(),
        };
        let length = answer.header("content-length").unwrap_or("0");
        let mut body = vec![0; length.parse().expect("a length")];
        if method != "HEAD" {
            stream.read_exact(&mut body).ok()?;
            answer.body = String::from_utf8(body).expect("UTF-8");
        }
        Some(answer)
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// What holds of every answer.
    #[track_caller]
    fn check(&self) {
        assert!(self.status < 500, "{self:#?}");
        assert_eq!(self.header("x-content-type-options"), Some("nosniff"));
        if self.status >= 400 && !self.body.is_empty() {
            let kind = self.header("content-type");
            assert_eq!(kind, Some("application/problem+json"), "{self:#?}");
            assert_eq!(self.json()["status"], self.status, "{self:#?}");
        }
    }

    /// The answer must be a success; returns its JSON.
    #[track_caller]
    pub(crate) fn assert_ok(&self) -> Value {
        assert_eq!(self.status, 200, "{self:#?}");
        self.json()
    }

    /// The answer must be this problem; returns its JSON.
    #[track_caller]
    pub(crate) fn assert_problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{self:#?}");
        let problem = self.json();
        assert_eq!(problem["code"], code, "{self:#?}");
        problem
    }
}
