//! From a request to its answer.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::access_log::{RequestFacts, RequestLine};
use super::body;
use super::operations;
use super::peer::client_address;
use super::problem::{Problem, allow_value};
use super::routes::{self, Access, Operation, Route};
use super::state::{Call, Gateway};
use super::storefronts;
use super::unwinding::CatchUnwind;
use super::workers::run_on_worker;
use axum::Router;
use axum::body::Body;
use axum::extract::RawPathParams;
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, Method, Request, Response, StatusCode};
use axum::routing::any;
use lac_app::{Caller, Credential, authenticate};
use lac_ledger::access_token::TokenHash;
use lac_model::audit::Action;
use lac_model::fault::Fault;

/// The peer of a connection.
#[derive(Debug, Clone, Copy)]
struct Peer(IpAddr);

/// What becomes known of a request, shared with its line in the log.
type SharedFacts = Arc<Mutex<RequestFacts>>;

fn lock(facts: &SharedFacts) -> MutexGuard<'_, RequestFacts> {
    facts.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Gateway {
    /// Answers a request of a peer. `router` comes from [`router`].
    pub(super) async fn answer<F, E>(
        &self,
        peer: IpAddr,
        mut request: Request<Body>,
        router: impl FnOnce(Request<Body>) -> F,
    ) -> Response<Body>
    where
        F: Future<Output = Result<Response<Body>, E>>,
    {
        let facts = SharedFacts::default();
        let method = request.method().clone();
        let metrics = Arc::clone(&self.metrics);
        let line = RequestLine::new(self.log.clone(), metrics, method, Arc::clone(&facts));
        let mut response = if routes::is_plain(request.uri().path()) {
            request.extensions_mut().insert(Peer(peer));
            request.extensions_mut().insert(Arc::clone(&facts));
            match CatchUnwind::new(router(request)).await {
                Ok(Ok(response)) => response,
                Ok(Err(_)) | Err(_) => self.explain(&facts, Fault::internal("panicked").into()),
            }
        } else {
            self.explain(&facts, Problem::NotFound)
        };
        let headers = response.headers_mut();
        if !headers.contains_key(CACHE_CONTROL) {
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        line.finish(response.status().as_u16());
        response
    }

    fn explain(&self, facts: &SharedFacts, problem: Problem) -> Response<Body> {
        let mut facts = lock(facts);
        facts.code = Some(problem.code());
        facts.failure = problem.internal_cause();
        problem.into_response(self.hint)
    }

    /// Answers a request to a path with these routes.
    async fn dispatch(
        &self,
        routes: &'static [Route],
        params: RawPathParams,
        request: Request<Body>,
    ) -> Response<Body> {
        let facts = request.extensions().get::<SharedFacts>().cloned();
        let facts = facts.unwrap_or_default();
        lock(&facts).route = routes.first().map(|route| route.path);
        let method = request.method();
        let wanted = if method == Method::HEAD {
            "GET"
        } else {
            method.as_str()
        };
        let Some(route) = routes.iter().find(|route| route.method == wanted) else {
            let allowed = routes::allowed_methods(routes);
            if method == Method::OPTIONS {
                return options(&allowed);
            }
            return self.explain(&facts, Problem::MethodNotAllowed { allowed });
        };
        match self.run(route, params, request, &facts).await {
            Ok(response) => response,
            Err(problem) => self.explain(&facts, problem),
        }
    }

    async fn run(
        &self,
        route: &Route,
        params: RawPathParams,
        request: Request<Body>,
        facts: &SharedFacts,
    ) -> Result<Response<Body>, Problem> {
        let peer = request.extensions().get::<Peer>();
        let peer = peer.ok_or_else(|| Fault::internal("a request without a peer"))?;
        let address = client_address(peer.0, request.headers(), &self.proxies);
        let (credential, token) = match route.access {
            Access::Public => (Credential::System, None),
            Access::Storefront(_) => {
                let credential = storefronts::credential(request.headers());
                let token = storefronts::token_hash(&credential);
                (credential, token)
            }
        };
        let caller = Caller {
            credential,
            os_account: None,
            login_uid: None,
            ip_address: Some(address.to_string()),
        };
        if let Access::Storefront(action) = route.access {
            let name = self.identify(&caller, token, action).await?;
            let mut facts = lock(facts);
            facts.storefront = Some(name);
            facts.is_redemption = route.operation == Operation::Redeem;
            drop(facts);
            // Most checks are answered from memory and cost next to nothing.
            if route.operation != Operation::SessionCheck {
                self.check_share(token)?;
            }
        }
        let large = route
            .has_large_body()
            .then(|| self.large_bodies.try_acquire());
        let _large = large
            .transpose()
            .map_err(|_| Fault::Busy { waited_seconds: 0 })?;
        let query = request.uri().query().unwrap_or_default().to_owned();
        let body = match route.request {
            Some(_) => body::read_json(request, route.body_limit).await?,
            None => Vec::new(),
        };
        let call = Call {
            gateway: self,
            caller,
            token,
            address,
            params,
            query,
            body,
        };
        let answered = operations::run(route.operation, call).await;
        if let (Err(Problem::Fault(Fault::NotAuthenticated { .. })), Some(token)) =
            (&answered, token)
        {
            self.storefronts.forget(&token);
        }
        Ok(success(&answered?))
    }

    /// The storefront's name. Attempts of others are recorded, or counted.
    async fn identify(
        &self,
        caller: &Caller,
        token: Option<TokenHash>,
        action: Action,
    ) -> Result<Arc<str>, Problem> {
        let now = Instant::now();
        if let Some(name) = token.and_then(|token| self.storefronts.name(&token, now)) {
            return Ok(name);
        }
        let ask = move |context: &lac_app::Context<'_>| authenticate(context, action);
        let name = run_on_worker(&self.jobs, caller.clone(), ask).await?;
        Ok(match token {
            Some(token) => self.storefronts.remember(token, &name, now),
            None => Arc::from(name),
        })
    }
}

fn options(allowed: &str) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(ALLOW, allow_value(allowed));
    response
}

fn success(json: &[u8]) -> Response<Body> {
    let mut response = Response::new(Body::from(json.to_vec()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// The router of all routes.
pub(super) fn router(gateway: &Arc<Gateway>) -> Router {
    let mut router = Router::new();
    for routes in routes::by_path() {
        let gateway = Arc::clone(gateway);
        let answer = move |params: RawPathParams, request: Request<Body>| async move {
            gateway.dispatch(routes, params, request).await
        };
        router = router.route(routes[0].path, any(answer));
    }
    let gateway = Arc::clone(gateway);
    router.fallback(move |request: Request<Body>| async move {
        let facts = request.extensions().get::<SharedFacts>().cloned();
        gateway.explain(&facts.unwrap_or_default(), Problem::NotFound)
    })
}
