# The service, its workers and its sandbox: docs/how-to/run-with-docker-and-systemd.md
FROM python:3.13-slim AS build
WORKDIR /src
COPY requirements/demo.lock requirements/service.lock requirements/
# Two environments: what builds the package stays behind, pip with it.
RUN python -m venv /opt/build
RUN python -m venv --without-pip /opt/billhook
RUN /opt/build/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements/demo.lock
RUN /opt/build/bin/pip --python /opt/billhook/bin/python install --no-cache-dir --no-deps --require-hashes -r requirements/service.lock
COPY pyproject.toml README.md LICENSE ./
COPY domain domain
COPY adapters adapters
RUN /opt/build/bin/hatchling build -t wheel -d /dist
RUN /opt/build/bin/pip --python /opt/billhook/bin/python install --no-cache-dir --no-deps /dist/*.whl

FROM python:3.13-slim
RUN useradd --system --user-group --uid 10001 --create-home --home-dir /var/lib/billhook billhook
COPY --from=build /opt/billhook /opt/billhook
ENV PATH=/opt/billhook/bin:$PATH PYTHONUNBUFFERED=1
USER 10001:10001
WORKDIR /var/lib/billhook
EXPOSE 8080
# 127.0.0.1, since localhost may be IPv6; no urllib, which would use a proxy of the environment.
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --start-interval=1s CMD ["python", "-I", "-c", "import http.client as h, sys; c = h.HTTPConnection('127.0.0.1', 8080, timeout=5); c.request('GET', '/readyz'); sys.exit(c.getresponse().status != 200)"]
ENTRYPOINT ["billhook"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8080"]
